// Watches that have their garbage collected where the runtime would let it pile up.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Api, WatchEvent } from '../../plugin/cluster/api.ts';
import { withCollectedWatches } from '../../plugin/local-heap.ts';

const test = suite('plugin/local-heap');

/** Counts how often Bun is told to collect while so many objects are told of. */
const countCollections = async (path: string, count: number, eachMs = 0): Promise<number> => {
  let nowMs = 0;
  const api = {
    async *watch(): AsyncGenerator<WatchEvent<object>> {
      for (let index = 0; index < count; index++) {
        nowMs += eachMs;
        yield { kind: 'set', object: {} };
      }
      yield { kind: 'synced' };
    },
  } as unknown as Api;
  const runtime = globalThis as { Bun?: { gc(isSynchronous: boolean): void } };
  const before = runtime.Bun;
  let collections = 0;
  runtime.Bun = { gc: () => collections++ };
  try {
    const { signal } = new AbortController();
    let told = 0;
    for await (const _ of withCollectedWatches(api, { monotonic: () => nowMs }).watch(path, { signal }))
      told += 1;
    assert.is(told, count + 1);
  } finally {
    if (before) runtime.Bun = before;
    else delete runtime.Bun;
  }
  return collections;
};

test('on Bun some hundred objects, a few records, or the end of a list are garbage enough', async () => {
  assert.is(await countCollections('/api/v1/pods', 1_250), 3);
  assert.is(await countCollections('/api/v1/namespaces/ours/configmaps', 11), 3);
});

test('where objects come slowly, it is every half second', async () => {
  assert.is(await countCollections('/api/v1/nodes', 100, 20), 5);
  assert.is(await countCollections('/api/v1/nodes', 10, 2_000), 11);
});

test.run();
