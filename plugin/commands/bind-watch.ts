// After a bind: watches the rollouts until they are done or fail, and tells why pods do not run. It changes nothing.
import { SeccompError } from '../../src/error.ts';
import { failuresOf, isOfNewTemplate, type PodFailure } from '../../src/workload/bind-failures.ts';
import { renderWorkload } from '../../src/workload/bind-names.ts';
import type { Change } from '../../src/workload/bind-place.ts';
import type { ControllerRef, Controllers } from '../../src/workload/bind-ports.ts';
import { judgeRollout } from '../../src/workload/bind-rollout.ts';
import type { ControllerObject } from '../../src/workload/objects.ts';
import { renderFailure } from '../output/bind.ts';
import type { RolloutDocument } from '../output/bind-document.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { Outside } from '../outside.ts';

export interface Watched {
  readonly ref: ControllerRef;
  readonly changes: readonly Change[];
}

interface WatchSettings {
  readonly controllers: Controllers;
  readonly timeoutMs: number;
  readonly isQuiet: boolean;
}

const LOOK_EVERY_MS = 1_000;
/** The kubelet tries again after ten seconds: what fails longer fails for a reason. */
const FAILING_FOR_MS = 15_000;

/** Watches all of them at once; returns how each ended, in order. After Ctrl-C what is open is `unfinished`. */
export const watchRollouts = (
  watched: readonly Watched[],
  settings: WatchSettings,
  outside: Outside,
): Promise<RolloutDocument[]> => Promise.all(watched.map((one) => new Watch(one, settings, outside).run()));

class Watch {
  readonly #watched: Watched;
  readonly #settings: WatchSettings;
  readonly #outside: Outside;
  readonly #said = new Set<string>();
  /** When a container was first seen failing, by pod and container. */
  #failingSince = new Map<string, number>();
  #failures: readonly PodFailure[] = [];

  constructor(watched: Watched, settings: WatchSettings, outside: Outside) {
    this.#watched = watched;
    this.#settings = settings;
    this.#outside = outside;
  }

  async run(): Promise<RolloutDocument> {
    const { clock, signal } = this.#outside;
    const end = clock.monotonic() + this.#settings.timeoutMs;
    let last = 'it was not looked at';
    while (!signal.aborted) {
      let looked: RolloutDocument;
      try {
        looked = await this.#look();
      } catch (thrown) {
        // Ctrl-C ends the request too. What cannot be watched is changed all the same.
        if (signal.aborted) break;
        if (!(thrown instanceof SeccompError)) throw thrown;
        return this.#unfinished(`it cannot be watched: ${thrown.message}`);
      }
      if (looked.state !== 'unfinished') return looked;
      last = looked.message;
      if (clock.monotonic() >= end) return this.#unfinished(`not done in time: ${last}`);
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
    return this.#unfinished(`not watched any longer: ${last}`);
  }

  async #look(): Promise<RolloutDocument> {
    const { ref } = this.#watched;
    const object = await this.#settings.controllers.read(ref);
    const rollout = judgeRollout(ref.kind.kind, object);
    if (rollout.kind === 'none') return { state: 'none', message: rollout.message, failures: [] };
    if (rollout.kind === 'done') return { state: 'done', message: rollout.message, failures: [] };
    this.#tell(rollout.message);
    await this.#lookAtPods(object);
    if (rollout.kind === 'failed') return this.#failed(rollout.message);
    const lasting = this.#failures.filter((one) => one.isStart && this.#lasts(one));
    if (lasting[0]) return this.#failed(renderFailure(lasting[0]));
    return this.#unfinished(rollout.message);
  }

  async #lookAtPods(object: ControllerObject): Promise<void> {
    const { controllers } = this.#settings;
    const { ref, changes } = this.#watched;
    const pods = (await controllers.readPods(ref.namespace, object)) ?? [];
    this.#failures = pods.filter((pod) => isOfNewTemplate(pod, changes)).flatMap(failuresOf);
    for (const failure of this.#failures) this.#tell(renderFailure(failure));
    const now = this.#outside.clock.monotonic();
    this.#failingSince = new Map(
      this.#failures.map((one) => [keyOf(one), this.#failingSince.get(keyOf(one)) ?? now]),
    );
  }

  #lasts(failure: PodFailure): boolean {
    const now = this.#outside.clock.monotonic();
    return now - (this.#failingSince.get(keyOf(failure)) ?? now) >= FAILING_FOR_MS;
  }

  #failed(message: string): RolloutDocument {
    return { state: 'failed', message, failures: this.#failures };
  }

  #unfinished(message: string): RolloutDocument {
    return { state: 'unfinished', message, failures: this.#failures };
  }

  /** Each word once: a rollout repeats itself every second. */
  #tell(message: string): void {
    if (this.#settings.isQuiet || this.#said.has(message)) return;
    this.#said.add(message);
    this.#outside.stderr.write(`${sanitizeLine(`${renderWorkload(this.#watched.ref)}: ${message}`)}\n`);
  }
}

const keyOf = ({ pod, container = '' }: PodFailure): string => `${pod}/${container}`;
