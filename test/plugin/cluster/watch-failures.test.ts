// The watch against a server that sends nonsense or refuses.
import type { ServerResponse } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../plugin/cluster/api.ts';
import { sampleObject, sendStatus } from '../../support/fake-api-server.ts';
import {
  closeWatchContext,
  describe,
  ended,
  events,
  openWatchContext,
  read,
  type Thing,
  type WatchContext,
} from '../../support/watch-script.ts';

const test = suite<WatchContext>('plugin/cluster/watch-failures');

test.before.each(openWatchContext);
test.after.each(closeWatchContext);

for (const [what, line] of [
  ['a line that is not JSON', 'garbage\n'],
  ['an event of an unknown type', '{"type":"ODD","object":{}}\n'],
  ['an event without a version', '{"type":"ADDED","object":{"metadata":{"name":"x"}}}\n'],
  ['null', 'null\n'],
  [
    'an error without a meaning for us',
    '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd"}}\n',
  ],
] as const) {
  test(`after ${what} nothing is relied on and all is listed anew`, async (context) => {
    context.watches = [(response) => response.write(line), () => {}];
    const seen = await read(context, 5);
    assert.match(seen[2]!, /^lost: /);
    assert.equal(seen.toSpliced(2, 1), ['set a 1', 'synced', 'set a 1', 'synced']);
  });
}

test('before it is synced, a refusal is thrown', async (context) => {
  context.lists = [(response) => sendStatus(response, 403, 'Forbidden', 'no list for you')];
  const error = await read(context, 1).catch((thrown: unknown) => thrown);
  assert.instance(error, ApiError);
  assert.is((error as ApiError).message, 'no list for you');
});

test('one that is patient waits for a server that comes up later, through what it refuses while it starts', async (context) => {
  const [whole] = context.lists;
  const isDown = (response: ServerResponse) => response.destroy();
  const refuse = (response: ServerResponse) => sendStatus(response, 403, 'Forbidden', 'not yet');
  context.lists = [isDown, isDown, isDown, refuse, whole!];
  const seen: string[] = [];
  for await (const event of context.api.watch<Thing>('/things', {
    signal: context.stop.signal,
    isPatient: true,
  })) {
    seen.push(describe(event).replace(/: .*/, ''));
    if (event.kind === 'synced') context.stop.abort();
  }
  assert.equal(seen, ['lost', 'set a 1', 'synced']);
  assert.is(context.fake.calls.filter(({ query }) => query.get('watch') === null).length, 5);
});

test('what a server refuses that was never out of reach ends it, however patient', async (context) => {
  context.lists = [(response) => sendStatus(response, 403, 'Forbidden', 'no list for you')];
  const watch = context.api.watch<Thing>('/things', { signal: context.stop.signal, isPatient: true });
  const error = await watch[Symbol.asyncIterator]()
    .next()
    .catch((thrown: unknown) => thrown);
  assert.is((error as ApiError).message, 'no list for you');
});

test('a right to list but not to watch is thrown at once', async (context) => {
  context.watches = [(response) => sendStatus(response, 403, 'Forbidden', 'no watch for you')];
  const error = await read(context, 10).catch((thrown: unknown) => thrown);
  assert.is((error as ApiError).message, 'no watch for you');
  assert.is(context.fake.calls.length, 2);
});

test('a refusal that comes later is borne for a while, as of a server that is starting, then thrown', async (context) => {
  const refuse = (response: ServerResponse) => sendStatus(response, 403, 'Forbidden', 'not yet');
  context.watches = [
    ended(events(['ADDED', sampleObject('b', '11')])),
    refuse,
    refuse,
    ended(events(['ADDED', sampleObject('c', '12')])),
    refuse,
  ];
  const seen: string[] = [];
  const error = await (async () => {
    for await (const event of context.api.watch<Thing>('/things', { signal: context.stop.signal }))
      seen.push(describe(event));
  })().catch((thrown: unknown) => thrown);
  assert.is((error as ApiError).status, 403);
  assert.equal(seen, [
    'set a 1',
    'synced',
    'set b 11',
    'lost: not yet',
    'regained',
    'set c 12',
    'lost: not yet',
  ]);
});

test.run();
