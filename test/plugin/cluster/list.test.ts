// Paging, and a list that expires in between.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError, type Query } from '../../../plugin/cluster/api.ts';
import { type GetPage, listItems, type Page, readPages } from '../../../plugin/cluster/list.ts';

const test = suite('plugin/cluster/list');

interface Item {
  readonly metadata: { readonly uid: string };
}

const items = (...uids: string[]): Item[] => uids.map((uid) => ({ metadata: { uid } }));

const page = (uids: string[], token = ''): Page<Item> => ({
  metadata: { resourceVersion: '1', continue: token },
  items: items(...uids),
});

const expired = (offered?: string): ApiError =>
  new ApiError(410, 'Expired', 'too old', { metadata: { continue: offered } });

/** Answers in turn; keeps the queries. */
const script = (...answers: (Page<Item> | Error)[]): { get: GetPage; queries: Query[] } => {
  const queries: Query[] = [];
  const get = async (_path: string, query: Query) => {
    queries.push(query);
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { get: get as GetPage, queries };
};

const collect = async (get: GetPage): Promise<string[][]> => {
  const pages: string[][] = [];
  for await (const some of listItems<Item>(get, '/a', {}))
    pages.push(some.map(({ metadata }) => metadata.uid));
  return pages;
};

test('pages of five hundred are asked for, one after the other', async () => {
  const { get, queries } = script(page(['a'], 'x'), page(['b'], 'y'), page(['c']));
  assert.equal(await collect(get), [['a'], ['b'], ['c']]);
  assert.equal(
    queries.map((query) => [query.limit, query.continue]),
    [
      [500, undefined],
      [500, 'x'],
      [500, 'y'],
    ],
  );
});

test('no page is asked for before the one before it has been used', async () => {
  const { get, queries } = script(page(['a'], 'x'), page(['b']));
  for await (const _ of listItems(get, '/a', {})) break;
  assert.is(queries.length, 1);
});

test('a server without items says null', async () => {
  assert.equal(await collect(script({ metadata: { resourceVersion: '1' }, items: null }).get), [[]]);
});

test('a 410 in between goes on with the token that the server offers', async () => {
  const { get, queries } = script(page(['a'], 'x'), expired('newer'), page(['b']));
  assert.equal(await collect(get), [['a'], ['b']]);
  assert.is(queries[2]!.continue, 'newer');
});

test('a 410 without an offer begins again and yields nothing twice', async () => {
  const { get, queries } = script(page(['a', 'b'], 'x'), expired(), page(['b', 'c'], 'y'), page(['d']));
  assert.equal(await collect(get), [['a', 'b'], ['c'], ['d']]);
  assert.is(queries[2]!.continue, undefined);
});

test('a server whose tokens never work is not asked for ever', async () => {
  const { get, queries } = script(page(['a'], 'x'), expired('x'));
  assert.is(await collect(get).catch((error: ApiError) => error.status), 410);
  assert.is(queries.length, 7);
});

test('a 410 for the first page is thrown', async () => {
  assert.is(await collect(script(expired('x')).get).catch((error: ApiError) => error.status), 410);
});

test('for a consistent list a 410 in between is thrown', async () => {
  const { get } = script(page(['a'], 'x'), expired('newer'));
  const read = async () => {
    for await (const _ of readPages(get, '/a', {}));
  };
  assert.is(await read().catch((error: ApiError) => error.status), 410);
});

test.run();
