// Everything the UI does to the world: follows the fleet, reads what the shown place needs, runs what was confirmed.
// It listens to the store and tells it what came; no screen knows of it.
import { SeccompError } from '../../src/error.ts';
import type { FleetNews } from '../../src/rollout/fleet.ts';
import { PauseSwitch } from '../../src/rollout/pause.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import type { WorkloadsNow } from '../../src/workload/ports.ts';
import { type Need, needsOf } from './needs.ts';
import type { Port, RunNews } from './port.ts';
import { askKey, type Loaded, profileName, type Run, type State, workloadsOf } from './state.ts';
import type { Store } from './store.ts';

export interface EffectsOptions {
  readonly store: Store;
  readonly port: Port;
  readonly clock: Clock;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Told what nobody expected. */
  readonly onFailure: (thrown: unknown) => void;
}

/** News are told together: a rollout over thousands of nodes must not be a frame for each of them. */
const BATCH_MS = 100;
/** Pods of a large cluster come and go all the time; nobody reads faster than this. */
const WORKLOADS_MS = 500;
/** What is only a part says little, and each part is judged and drawn. */
const PARTS_MS = 2_000;
const TICK_MS = 5_000;

/** Starts them; returns a promise that settles when all have ended. */
export const startEffects = async (options: EffectsOptions): Promise<void> => {
  const { store, port, clock, signal } = options;
  const effects = new Effects(options);
  const unsubscribe = store.subscribe(() => effects.answer());
  effects.answer();
  port.readContexts().then(
    (names) => store.dispatch({ kind: 'contexts', names }),
    () => {}, // Without a kubeconfig, as inside a pod, there is nothing to change over to.
  );
  try {
    while (!signal.aborted) {
      await clock.sleep(TICK_MS, signal);
      if (!signal.aborted) store.dispatch({ kind: 'ticked', nowMs: clock.now() });
    }
    await effects.end();
  } finally {
    unsubscribe();
  }
};

interface RunAtWork {
  readonly id: number;
  readonly stop: AbortController;
  readonly pace: PauseSwitch;
  readonly ended: Promise<void>;
}

class Effects {
  readonly #options: EffectsOptions;
  /** What is being read, by what it is. */
  readonly #begun = new Set<string>();
  #watched:
    | { readonly context: string | undefined; readonly refreshes: number; readonly over: AbortController }
    | undefined;
  #workloads:
    | { readonly key: string; readonly refreshes: number; readonly over: AbortController }
    | undefined;
  #run: RunAtWork | undefined;

  constructor(options: EffectsOptions) {
    this.#options = options;
  }

  /** Brings the effects in line with the state. */
  answer(): void {
    const { store, signal } = this.#options;
    if (signal.aborted) return;
    const state = store.state();
    if (this.#isWatchDue(state)) this.#watch(state);
    this.#followWorkloads(state);
    for (const need of needsOf(state)) this.#meet(need);
    if (state.run !== undefined && state.run.id !== this.#run?.id) this.#start(state.run);
    if (state.run !== undefined && this.#run?.id === state.run.id) this.#steer(this.#run, state.run);
  }

  /** Whoever leaves while a rollout is at work stops it as Ctrl-C does, and waits until it is recorded. */
  async end(): Promise<void> {
    this.#watched?.over.abort();
    this.#workloads?.over.abort();
    this.#run?.stop.abort(new SeccompError('interrupted', 'the UI was left'));
    await this.#run?.ended;
  }

  /** One that lives needs no refreshing; one that has ended is begun again when the user asks for it. */
  #isWatchDue({ context, refreshes, fleet }: State): boolean {
    const watched = this.#watched;
    if (watched === undefined || watched.context !== context) return true;
    return watched.refreshes !== refreshes && Object.values(fleet.lost).some((one) => one !== undefined);
  }

  #watch({ context, refreshes }: State): void {
    const { store, port, clock, signal } = this.#options;
    this.#watched?.over.abort();
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, signal]);
    this.#watched = { context, refreshes, over };
    this.#begun.clear();
    const tell = (news: readonly FleetNews[]): void => {
      if (!until.aborted) store.dispatch({ kind: 'fleet', news });
    };
    const watching = inBatches(() => port.watchFleet(context, until), tell, clock);
    watching.catch((thrown: unknown) => {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      tell([
        { kind: 'ended', part: 'nodes', message },
        { kind: 'ended', part: 'records', message },
      ]);
    });
  }

  /** Only while somebody looks, or comes back to it by Escape: it takes a watch of every pod. */
  #followWorkloads({ trail, context, namespace, refreshes, workloads }: State): void {
    const { store, port, clock, signal } = this.#options;
    const isWanted = trail.some(({ place }) => place.screen === 'workloads');
    const isLost = workloads?.now.lost !== undefined;
    const before = this.#workloads;
    const key = JSON.stringify([context, namespace]);
    const isDue = before?.key !== key || (isLost && before.refreshes !== refreshes);
    if (isWanted && !isDue) return;
    before?.over.abort();
    this.#workloads = undefined;
    if (!isWanted) return;
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, signal]);
    this.#workloads = { key, refreshes, over };
    const tell = (now: WorkloadsNow): void => {
      if (!until.aborted) store.dispatch({ kind: 'workloads', namespace, now });
    };
    const follow = async (): Promise<void> => {
      for await (const now of port.watchWorkloads(namespace, context, until)) {
        tell(now);
        await clock.sleep(now.isWhole ? WORKLOADS_MS : PARTS_MS, until);
      }
    };
    follow().catch((thrown: unknown) => {
      const known = workloadsOf(store.state()) ?? { rows: [], unread: [], isWhole: false };
      tell({ ...known, lost: messageOf(thrown) });
    });
  }

  #meet(need: Need): void {
    const { store, port, signal, onFailure } = this.#options;
    const { context } = store.state();
    switch (need.kind) {
      case 'ask': {
        const key = askKey(need.words);
        const asked = store.state().asked[key];
        if (asked?.isAsking || (asked?.answer !== undefined && !asked.isStale)) return;
        store.dispatch({ kind: 'asking', key });
        port.ask(need.words, context, signal).then((answer) => {
          if (store.state().context === context) store.dispatch({ kind: 'answered', key, answer });
        }, onFailure);
        return;
      }
      case 'profile': {
        const name = profileName(need.bundle, need.revision, need.path);
        if (store.state().profiles[name] !== undefined || !this.#begin(name)) return;
        port
          .readProfile(need, context)
          .then(
            (value): Loaded<string> => ({ value }),
            (thrown): Loaded<string> => ({ error: messageOf(thrown) }),
          )
          .then((loaded) => {
            if (store.state().context === context) store.dispatch({ kind: 'profile', name, loaded });
          })
          .finally(() => this.#begun.delete(name));
        return;
      }
      case 'folder': {
        const { folder } = need;
        if (store.state().listings[folder] !== undefined || !this.#begin(`folder ${folder}`)) return;
        port
          .listFolder(folder)
          .then(
            (value) => store.dispatch({ kind: 'listed', folder, loaded: { value } }),
            (thrown) => store.dispatch({ kind: 'listed', folder, loaded: { error: messageOf(thrown) } }),
          )
          .finally(() => this.#begun.delete(`folder ${folder}`));
        return;
      }
    }
  }

  #begin(name: string): boolean {
    if (this.#begun.has(name)) return false;
    this.#begun.add(name);
    return true;
  }

  #steer({ stop, pace }: RunAtWork, { isStopping, isPaused }: Run): void {
    if (isPaused) pace.pause();
    else pace.resume();
    if (isStopping) stop.abort(new SeccompError('interrupted', 'stopped in the UI'));
  }

  #start({ id, words }: Run): void {
    const { store, port, clock, onFailure } = this.#options;
    const stop = new AbortController();
    const pace = new PauseSwitch();
    const { context } = store.state();
    const tell = (news: readonly RunNews[]): void =>
      store.dispatch({ kind: 'run-news', id, news, nowMs: clock.now() });
    const ended = inBatches(() => port.run(words, context, stop.signal, pace), tell, clock).catch(onFailure);
    this.#run = { id, stop, pace, ended };
  }
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Reads to the end, and tells what came in a while together; the last of it is told before this returns. */
const inBatches = async <T>(
  open: () => AsyncIterable<T>,
  tell: (news: readonly T[]) => void,
  clock: Clock,
): Promise<void> => {
  let waiting: T[] = [];
  let isDue = false;
  const flush = (): void => {
    isDue = false;
    const batch = waiting;
    waiting = [];
    if (batch.length > 0) tell(batch);
  };
  for await (const news of open()) {
    waiting.push(news);
    if (isDue) continue;
    isDue = true;
    void clock.sleep(BATCH_MS).then(flush);
  }
  flush();
};
