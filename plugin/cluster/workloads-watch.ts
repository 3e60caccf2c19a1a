// Who runs under which profile, live: a watch of each kind of objects that make pods, and one of the pods, folded into
// rows as they tell. Of an object only what the rows say is kept.
import { parseSelector } from '../../src/rollout/selector.ts';
import type { ConfinementFacts } from '../../src/workload/confinement.ts';
import { isStep, WORKLOAD_KINDS, type WorkloadKind } from '../../src/workload/kinds.ts';
import { LiveRows } from '../../src/workload/live-rows.ts';
import type { ControllerObject, Metadata, PodObject, PodTemplate } from '../../src/workload/objects.ts';
import { controllerOf, workloadOf } from '../../src/workload/owner.ts';
import type { WorkloadsNow } from '../../src/workload/ports.ts';
import type { PodSeen } from '../../src/workload/seen.ts';
import { type Api, ApiError } from './api.ts';
import { createSurroundings } from './surroundings.ts';
import { LIVE_PODS, POD_KIND, pathOf, templateOf, WorkloadReader } from './workload-reader.ts';

/** Yields what there is whenever it has changed since it was last taken, until the signal aborts. */
export async function* watchWorkloads(
  api: Api,
  { namespace }: { readonly namespace?: string },
  signal: AbortSignal,
): AsyncGenerator<WorkloadsNow> {
  const over = new AbortController();
  const watching = new Watching(api, namespace, AbortSignal.any([signal, over.signal]));
  try {
    yield* watching.run();
  } finally {
    over.abort();
  }
}

/** Where the watch of one kind stands. */
interface Progress {
  readonly kind: WorkloadKind;
  /** It has been told whole, or never will be. */
  isTold: boolean;
  /** It goes on. */
  isLive: boolean;
  lost?: string;
  unread?: string;
}

class Watching {
  readonly #api: Api;
  readonly #namespace: string | undefined;
  readonly #signal: AbortSignal;
  readonly #reader: WorkloadReader;
  readonly #rows = new LiveRows();
  readonly #kinds: readonly Progress[] = [...WORKLOAD_KINDS, POD_KIND].map((kind) => ({
    kind,
    isTold: false,
    isLive: true,
  }));
  /** Pods that came before what they belong to, by its UID. */
  readonly #early = new Map<string, Map<string, PodSeen>>();
  #isNews = false;
  #failure: { readonly thrown: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(api: Api, namespace: string | undefined, signal: AbortSignal) {
    this.#api = api;
    this.#namespace = namespace;
    this.#signal = signal;
    this.#reader = new WorkloadReader(createSurroundings({ api, signal }), parseSelector(''));
  }

  async *run(): AsyncGenerator<WorkloadsNow> {
    this.#signal.addEventListener('abort', () => this.#wake(), { once: true });
    const working = this.#follow().catch((thrown: unknown) => {
      this.#failure = { thrown };
      this.#wake();
    });
    while (!this.#signal.aborted) {
      if (this.#failure) throw this.#failure.thrown;
      if (this.#isNews || this.#rows.isChanged) {
        this.#isNews = false;
        yield this.#now();
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    await working;
  }

  #now(): WorkloadsNow {
    const lost = this.#kinds.find((one) => one.lost !== undefined)?.lost;
    return {
      rows: this.#rows.result(),
      unread: this.#kinds.flatMap(({ kind: { resource }, unread }) =>
        unread === undefined ? [] : [{ resource, message: unread }],
      ),
      isWhole: this.#kinds.every(({ isTold }) => isTold),
      ...(lost !== undefined && { lost }),
    };
  }

  /** What pods belong to is told before them, where it can be. */
  async #follow(): Promise<void> {
    const steps = this.#kinds.filter(({ kind }) => kind !== POD_KIND);
    const pods = this.#kinds.filter(({ kind }) => kind === POD_KIND);
    const told = steps.map((progress) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const ended = this.#pump<ControllerObject>(progress, '', resolve, (object, key) =>
        this.#takeController(progress.kind, object, key),
      );
      return { told: Promise.race([promise, ended]), ended };
    });
    await Promise.all([
      ...told.map(({ ended }) => ended),
      Promise.all(told.map((one) => one.told)).then(() =>
        Promise.all(
          pods.map((progress) =>
            this.#pump<PodObject>(
              progress,
              LIVE_PODS,
              () => {},
              (object, key) => this.#takePod(object, key),
            ),
          ),
        ),
      ),
    ]);
  }

  async #pump<T extends { readonly metadata?: Metadata }>(
    progress: Progress,
    fieldSelector: string,
    onTold: () => void,
    take: (object: T, key: string) => Promise<void>,
  ): Promise<void> {
    const path = pathOf(progress.kind, this.#namespace);
    const options = { signal: this.#signal, isPatient: true, ...(fieldSelector && { fieldSelector }) };
    try {
      for await (const event of this.#api.watch<T>(path, options)) {
        if (event.kind === 'set') await take(event.object, keyOf(progress.kind, event.object));
        else if (event.kind === 'deleted') this.#drop(progress.kind, event.object);
        else if (event.kind === 'lost') this.#note(progress, { lost: event.message });
        else {
          this.#note(progress, { isTold: progress.isTold || event.kind === 'synced' });
          if (progress.isTold) onTold();
        }
        if (this.#rows.isChanged) this.#wake();
      }
    } catch (thrown) {
      if (this.#signal.aborted) return;
      if (!(thrown instanceof ApiError)) throw thrown;
      // An API server that does not know a kind has no object of it; where one may be listed only, what was listed stays.
      const { message } = thrown;
      const why = thrown.status === 404 ? {} : progress.isTold ? { lost: message } : { unread: message };
      this.#note(progress, { ...why, isTold: true, isLive: false });
    }
  }

  #note(progress: Progress, changes: Partial<Omit<Progress, 'kind'>>): void {
    delete progress.lost;
    Object.assign(progress, changes);
    this.#isNews = true;
    this.#wake();
  }

  async #takeController(kind: WorkloadKind, object: ControllerObject, key: string): Promise<void> {
    const facts = await this.#factsFor(templateOf(object));
    this.#rows.setTemplate(key, this.#reader.readController(kind, object, facts));
    const { uid = '' } = object.metadata ?? {};
    const early = this.#early.get(uid);
    if (early === undefined) return;
    this.#early.delete(uid);
    const owner = this.#reader.ownerOf(uid) ?? workloadOf(object.metadata ?? {}, kind.kind, new Map());
    for (const [podKey, pod] of early) this.#rows.setPod(podKey, { ...pod, workload: owner });
  }

  async #takePod(object: PodObject, key: string): Promise<void> {
    const pod = this.#reader.readPod(object, await this.#factsFor(object));
    if (pod === undefined) return this.#drop(POD_KIND, object);
    this.#rows.setPod(key, pod);
    const controller = controllerOf(object.metadata ?? {});
    if (controller === undefined || !isStep(controller.kind) || this.#reader.ownerOf(controller.uid)) return;
    const isToCome = this.#kinds.some(({ kind, isLive }) => kind.kind === controller.kind && isLive);
    if (!isToCome) return;
    const early = this.#early.get(controller.uid) ?? new Map<string, PodSeen>();
    this.#early.set(controller.uid, early.set(key, pod));
  }

  #drop(kind: WorkloadKind, object: { readonly metadata?: Metadata }): void {
    const key = keyOf(kind, object);
    this.#rows.remove(key);
    if (kind !== POD_KIND) {
      this.#reader.forget(object.metadata?.uid ?? '');
      return;
    }
    for (const [uid, early] of this.#early) {
      early.delete(key);
      if (early.size === 0) this.#early.delete(uid);
    }
  }

  /** What cannot be asked now is asked again for the next object; until then names must do. */
  async #factsFor(template: PodTemplate): Promise<ConfinementFacts> {
    try {
      return await this.#reader.factsFor([template]);
    } catch {
      this.#signal.throwIfAborted();
      return { areAnnotationsRead: false, handlers: new Map() };
    }
  }
}

const keyOf = ({ resource }: WorkloadKind, { metadata = {} }: { readonly metadata?: Metadata }): string =>
  `${resource}/${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
