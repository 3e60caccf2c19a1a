// The watch against a scripted server: what it asks for, what it tells, and how it goes on.
import type { ServerResponse } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sampleList, sampleObject, sendJson, sendStatus, writeEvent } from '../../support/fake-api-server.ts';
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

const test = suite<WatchContext>('plugin/cluster/watch');

test.before.each(openWatchContext);
test.after.each(closeWatchContext);

test('a watch lists, says so, and goes on from the list’s version with bookmarks and a time-out', async (context) => {
  context.watches = [
    events(
      ['ADDED', sampleObject('b', '11')],
      ['MODIFIED', sampleObject('a', '12')],
      ['DELETED', sampleObject('b', '13')],
    ),
  ];
  assert.equal(await read(context, 5), ['set a 1', 'synced', 'set b 11', 'set a 12', 'deleted b 13']);
  const { query } = context.fake.calls[1]!;
  assert.equal(Object.fromEntries(query), {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: '450',
    resourceVersion: '10',
  });
});

test('selectors go with the list and with the watch', async ({ api, stop, fake, watches }) => {
  watches[0] = events(['ADDED', sampleObject('b', '11')]);
  for await (const event of api.watch('/things', {
    labelSelector: 'x=y',
    fieldSelector: 'f=g',
    signal: stop.signal,
  })) {
    if (event.kind === 'set' && fake.calls.length === 2) stop.abort();
  }
  assert.equal(
    fake.calls.map(({ query }) => [query.get('labelSelector'), query.get('fieldSelector')]),
    [
      ['x=y', 'f=g'],
      ['x=y', 'f=g'],
    ],
  );
});

test('after a clean end it goes on from the newest version it saw, bookmarks included, without a list', async (context) => {
  context.watches = [
    ended(events(['ADDED', sampleObject('b', '11')])),
    ended(events(['BOOKMARK', { metadata: { resourceVersion: '20' } }])),
    events(['ADDED', sampleObject('c', '21')]),
  ];
  assert.equal(await read(context, 4), ['set a 1', 'synced', 'set b 11', 'set c 21']);
  assert.equal(
    context.fake.calls.map(({ query }) => query.get('resourceVersion')),
    [null, '10', '11', '20'],
  );
});

test('it survives a server that closes every watch at once, waiting longer each time', async (context) => {
  context.watches = [
    ...Array.from({ length: 6 }, () => (response: ServerResponse) => response.end()),
    events(['ADDED', sampleObject('b', '11')]),
  ];
  assert.equal(await read(context, 3), ['set a 1', 'synced', 'set b 11']);
  assert.equal(context.clock.waits, [187.5, 375, 750, 1500, 3000, 6000]);
});

test('a single reset is taken up again without a word; an event cut by it is not lost', async (context) => {
  context.watches = [
    (response) =>
      response.write(
        `${JSON.stringify({ type: 'ADDED', object: sampleObject('b', '11') })}\n{"type":"ADD`,
        () => response.socket!.resetAndDestroy(),
      ),
    events(['ADDED', sampleObject('c', '12')]),
  ];
  assert.equal(await read(context, 4), ['set a 1', 'synced', 'set b 11', 'set c 12']);
  assert.is(context.fake.calls[2]!.query.get('resourceVersion'), '11');
});

test('resets in a row are told once, and so is the connection that holds again', async (context) => {
  const reset = (response: ServerResponse) => response.socket!.resetAndDestroy();
  context.watches = [reset, reset, reset, reset, events(['ADDED', sampleObject('b', '11')])];
  const seen = await read(context, 5);
  assert.equal(seen.toSpliced(2, 1), ['set a 1', 'synced', 'regained', 'set b 11']);
  assert.match(seen[2]!, /^lost: cannot talk to the API server .* was reset$/);
});

test('a 410 as answer or as event leads to a new list, which tells what has vanished or was replaced', async (context) => {
  const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
  const list =
    (...objects: object[]) =>
    (response: ServerResponse) =>
      sendJson(response, sampleList(objects, '30'));
  context.lists = [
    list(sampleObject('a', '1'), sampleObject('b', '2'), sampleObject('c', '3')),
    list(sampleObject('b', '20', 'other'), sampleObject('c', '3')),
    list(),
  ];
  context.watches = [
    (response) => sendStatus(response, 410, 'Expired', 'too old'),
    ended(events(['ERROR', expired])),
    () => {},
  ];
  assert.equal(await read(context, 12), [
    'set a 1',
    'set b 2',
    'set c 3',
    'synced',
    'deleted b -',
    'set b other 20',
    'set c 3',
    'deleted a -',
    'synced',
    'deleted b other -',
    'deleted c -',
    'synced',
  ]);
});

test('a server that answers every watch with 410 is not listed without a pause', async (context) => {
  context.watches = [(response) => sendStatus(response, 410, 'Expired')];
  await read(context, 12);
  assert.ok(context.clock.waits.filter((ms) => ms > 0).length >= 4);
  assert.ok(context.clock.waits.at(-1)! > 1_000);
});

test('a list that expires between pages begins again, and only a whole list counts', async (context) => {
  context.lists = [
    (response) =>
      sendJson(response, sampleList([sampleObject('a', '1'), sampleObject('b', '2')], '10', 'more')),
    (response) => sendStatus(response, 410, 'Expired', 'too old', { metadata: { continue: 'inconsistent' } }),
    (response) => sendJson(response, sampleList([sampleObject('b', '2')], '20', 'more')),
    (response) => sendJson(response, sampleList([sampleObject('c', '3')], '20')),
  ];
  assert.equal(await read(context, 6), ['set a 1', 'set b 2', 'set b 2', 'set c 3', 'deleted a -', 'synced']);
  assert.equal(
    context.fake.calls.slice(0, 4).map(({ query }) => query.get('continue')),
    [null, 'more', null, 'more'],
  );
});

test('429 is waited out as the server says, as answer and as event, without alarm', async (context) => {
  context.watches = [
    (response) => sendStatus(response, 429, 'TooManyRequests', 'busy', { headers: { 'retry-after': '9' } }),
    ended(
      events(['ERROR', { kind: 'Status', code: 429, message: 'busy', details: { retryAfterSeconds: 4 } }]),
    ),
    events(['ADDED', sampleObject('b', '11')]),
  ];
  assert.equal(await read(context, 3), ['set a 1', 'synced', 'set b 11']);
  assert.equal(context.clock.waits, [9_000, 4_000]);
});

test('an abort ends a silent watch at once, without an error, and its connection too', async (context) => {
  context.watches = [(response) => response.flushHeaders()];
  const seen: string[] = [];
  for await (const event of context.api.watch<Thing>('/things', { signal: context.stop.signal })) {
    seen.push(describe(event));
    if (event.kind === 'synced') setImmediate(() => context.stop.abort());
  }
  assert.equal(seen, ['set a 1', 'synced']);
});

test('a caller that leaves the loop closes the connection', async (context) => {
  let closed: () => void;
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  context.watches = [
    (response) => {
      response.on('close', () => closed());
      writeEvent(response, 'ADDED', sampleObject('b', '11'));
    },
  ];
  for await (const event of context.api.watch<Thing>('/things', { signal: context.stop.signal })) {
    if (describe(event) === 'set b 11') break;
  }
  await isClosed;
});

test('more watches than the pool has connections do not starve requests', async (context) => {
  const running = Array.from({ length: 25 }, async () => {
    for await (const _ of context.api.watch('/things', { signal: context.stop.signal }));
  });
  const deadline = performance.now() + 5_000;
  const watches = () => context.fake.calls.filter(({ query }) => query.has('watch')).length;
  while (watches() < 25 && performance.now() < deadline)
    await new Promise((resolve) => setImmediate(resolve));
  assert.is(watches(), 25);
  await Promise.all(Array.from({ length: 30 }, () => context.api.get('/thing')));
  context.stop.abort();
  await Promise.all(running);
});

test.run();
