// The heap of a process that reads all pods or nodes of a cluster: page after page of garbage, of which little is kept.
// Left alone, both runtimes would let it grow to several times what is needed.
import { setFlagsFromString } from 'node:v8';
import type { Clock } from '../src/rollout/ports.ts';
import type { Workloads } from '../src/workload/ports.ts';
import type { Api } from './cluster/api.ts';

/**
 * Returns the same port; with its first read or watch the young generation of this process stops growing. V8 would let it
 * grow to a hundred megabytes; kept at its first size, 50,000 pods take two thirds.
 */
export const withSmallHeap = (workloads: Workloads): Workloads => ({
  currentNamespace: () => workloads.currentNamespace(),
  read: (query) => {
    stopGrowing();
    return workloads.read(query);
  },
  watch: (query, signal) => {
    stopGrowing();
    return workloads.watch(query, signal);
  },
});

/** Keeps the young generation at its size; for this process, from now on. */
export const stopGrowing = (): void => {
  try {
    setFlagsFromString('--semi-space-growth-factor=1');
  } catch {
    // Bun has no V8 to tell.
  }
};

/** So many objects are garbage enough; a record speaks of thousands of nodes. */
const OBJECTS = 500;
const RECORDS = 5;
/** What few objects lead to, such as a frame of the UI, is garbage as well. */
const PAUSE_MS = 500;

/**
 * Returns the same API whose watches have Bun collect what was left of the objects they told of. It would wait until
 * the heap has doubled, and some of its memory is no part of that heap.
 */
export const withCollectedWatches = (api: Api, clock: Pick<Clock, 'monotonic'>): Api => {
  let collectedAt = clock.monotonic();
  return {
    ...api,
    async *watch<T>(...[path, options]: Parameters<Api['watch']>) {
      const most = path.endsWith('/configmaps') ? RECORDS : OBJECTS;
      let count = 0;
      for await (const event of api.watch<T>(path, options)) {
        yield event;
        const isRecent = clock.monotonic() - collectedAt < PAUSE_MS;
        if (event.kind !== 'synced' && ++count < most && isRecent) continue;
        count = 0;
        collect();
        collectedAt = clock.monotonic();
      }
    },
  };
};

const collect = (): void => {
  const { Bun } = globalThis as { readonly Bun?: { gc(isSynchronous: boolean): void } };
  Bun?.gc(true);
};
