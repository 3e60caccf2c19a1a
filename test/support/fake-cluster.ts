// An in-memory `Cluster`: nodes, labels, records and leases behave as the real ones do; what a node's Job comes
// to is scripted per node. Every call is noted in `calls`.
import { SeccompError } from '../../src/error.ts';
import type { Inspection, Report } from '../../src/protocol/report.ts';
import { Channel } from '../../src/rollout/channel.ts';
import type { Health, HealthQuestion } from '../../src/rollout/health.ts';
import type { Obsolete } from '../../src/rollout/history.ts';
import { digest16 } from '../../src/rollout/names.ts';
import type { NodeSeen, Reason } from '../../src/rollout/node.ts';
import type {
  Admission,
  Announcement,
  Clock,
  Cluster,
  Lease,
  NodeSelection,
  NodeTask,
  TaskNews,
} from '../../src/rollout/ports.ts';
import type { Release } from '../../src/rollout/release.ts';
import { matchesSelector, parseSelector } from '../../src/rollout/selector.ts';
import { sampleReport } from './report-samples.ts';

/** One step of a node's script: `afterMs` after the step before (0 when left out). */
export type Step = { readonly afterMs?: number } & (
  | { readonly kind: 'waiting'; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason }
  /** Without a report: the one a node gives when all went well. */
  | { readonly kind: 'reported'; readonly report?: Partial<Report> }
  /** Anything else that happens to the cluster at that moment. */
  | { readonly kind: 'do'; readonly effect: () => void }
);

/** What a task comes to; an empty script never answers. */
export type Script = (task: NodeTask) => readonly Step[];

export interface FakeClusterOptions {
  readonly nodes?: readonly NodeSeen[];
  readonly releases?: readonly Release[];
  readonly clock: Clock;
  readonly script?: Script;
}

/** Returns a Ready Linux node; unnamed fields derive from the name. */
export const sampleNode = (name: string, changes: Partial<NodeSeen> = {}): NodeSeen => ({
  name,
  uid: `uid-of-${name}`,
  machineId: `machine-of-${name}`,
  bootId: `boot-of-${name}`,
  os: 'linux',
  architecture: 'amd64',
  kernel: '6.18.0',
  runtime: 'containerd://2.4.2',
  isReady: true,
  kubeletRoot: '/var/lib/kubelet',
  labels: {},
  allLabels: { 'kubernetes.io/hostname': name },
  ...changes,
});

export class FakeCluster implements Cluster {
  readonly token = 'token';
  /** Every call as one line, in order; e.g. `launch a`, `label a web=3fa9c1d2e4f5a6b7 …`. */
  readonly calls: string[] = [];
  readonly launched: NodeTask[] = [];
  readonly discarded: NodeTask[] = [];
  readonly uploaded = new Map<string, Uint8Array>();
  readonly writes: Release[] = [];
  /** Tasks that were launched and not discarded yet. */
  inFlight = 0;
  greatestInFlight = 0;
  /** What `admit` says. */
  admission: Admission = {};
  /** What `launch` answers for a node; a thrown error passes through. */
  refuseLaunch: (task: NodeTask) => Reason | undefined = () => undefined;
  /** Jobs of dead runs that the next sweep finds. */
  leftovers = 0;
  /** Somebody else who holds every lease, until when on the monotonic clock. */
  otherHolder: { readonly name: string; readonly untilMs: number } | undefined;
  readonly announcements: Announcement[] = [];
  /** Set: what is thrown instead of writing an Event. */
  refuseAnnouncement: (() => Promise<void>) | undefined;
  /** What the containers are like. */
  health: (question: HealthQuestion) => Health = () => ({ using: 0, started: 0, waiting: 0, failing: [] });
  inspections = new Map<string, Inspection>();
  /** What `removeNamespace` finds. */
  namespace: 'ours' | 'foreign' | 'absent' = 'ours';
  isNamespaceUsedByOthers = false;
  script: Script;
  #nodes: NodeSeen[];
  #releases: Release[];
  readonly #clock: Clock;
  readonly #news = new Map<string, Channel<TaskNews>>();
  readonly #discards = new Map<NodeTask, AbortController>();
  readonly #leases = new Map<string, AbortController>();

  constructor({ nodes = [], releases = [], clock, script }: FakeClusterOptions) {
    this.#nodes = [...nodes];
    this.#releases = [...releases];
    this.#clock = clock;
    this.script = script ?? (() => [{ kind: 'reported' }]);
  }

  get nodes(): readonly NodeSeen[] {
    return this.#nodes;
  }

  get releases(): readonly Release[] {
    return this.#releases;
  }

  /** Replaces, adds or (undefined) deletes a node. */
  setNode(name: string, node: NodeSeen | undefined): void {
    this.#nodes = [...this.#nodes.filter((other) => other.name !== name), ...(node ? [node] : [])];
  }

  /** Takes the lease from whoever holds it, as another process would. */
  stealLease(bundle: string, thief: string): void {
    this.#leases
      .get(bundle)
      ?.abort(new SeccompError('conflict', `${thief} has taken over the rollout of ${bundle}`));
  }

  async readNodes({ selector, names }: NodeSelection): Promise<NodeSeen[]> {
    this.calls.push('readNodes');
    const missing = (names ?? []).filter((name) => !this.#nodes.some((node) => node.name === name));
    if (missing.length > 0) throw new SeccompError('usage', `nodes not found: ${missing.join(', ')}`);
    const wanted = parseSelector(selector);
    return this.#nodes
      .filter(
        (node) => (!names || names.includes(node.name)) && matchesSelector(wanted, node.allLabels ?? {}),
      )
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async readReleases(bundle?: string): Promise<Release[]> {
    this.calls.push('readReleases');
    return this.#releases
      .filter((release) => bundle === undefined || release.bundle === bundle)
      .sort((one, other) => one.revision - other.revision);
  }

  async writeRelease(release: Release): Promise<void> {
    this.calls.push(`writeRelease v${release.revision} ${release.outcome}`);
    this.writes.push(release);
    this.#releases = [
      ...this.#releases.filter((old) => old.bundle !== release.bundle || old.revision !== release.revision),
      release,
    ];
  }

  async readChunks({ bundle, revision, chunks = [] }: Release): Promise<Uint8Array[]> {
    this.calls.push(`readChunks v${revision}`);
    return chunks.map(({ name }) => {
      const content = this.uploaded.get(name);
      if (content === undefined) throw new SeccompError('conflict', `ConfigMap ${name} of ${bundle} is gone`);
      return content;
    });
  }

  async forget({ releases, chunks }: Obsolete): Promise<void> {
    this.calls.push(`forget ${[...releases.map(({ revision }) => `v${revision}`), ...chunks].join(' ')}`);
    this.#releases = this.#releases.filter((release) => !releases.includes(release));
  }

  async readHealth(question: HealthQuestion): Promise<Health> {
    this.calls.push(`readHealth ${[...question.nodes.keys()].join(' ')}`);
    return this.health(question);
  }

  async announce(news: Announcement): Promise<void> {
    this.announcements.push(news);
    await this.refuseAnnouncement?.();
  }

  async whoAmI(): Promise<string> {
    return 'alice';
  }

  async prepare(chunks: readonly { readonly name: string; readonly content: Uint8Array }[]): Promise<void> {
    this.calls.push('prepare');
    for (const { name, content } of chunks) this.uploaded.set(name, content);
  }

  async admit(task: NodeTask): Promise<Admission> {
    this.calls.push(`admit ${task.node.name}`);
    return this.admission;
  }

  async acquireLease(
    bundle: string,
    { waitMs, onWait, signal }: { waitMs: number; onWait: (holder: string) => void; signal: AbortSignal },
  ): Promise<Lease> {
    this.calls.push('acquireLease');
    const other = this.otherHolder;
    if (other && other.untilMs > this.#clock.monotonic()) {
      onWait(other.name);
      const missingMs = other.untilMs - this.#clock.monotonic();
      await this.#clock.sleep(Math.min(waitMs, missingMs), signal);
      if (signal.aborted) throw new SeccompError('interrupted', 'interrupted');
      if (missingMs > waitMs) throw new SeccompError('conflict', `${other.name} is rolling out ${bundle}`);
    }
    const lost = new AbortController();
    this.#leases.set(bundle, lost);
    return {
      lost: lost.signal,
      release: async () => {
        this.calls.push('releaseLease');
        this.#leases.delete(bundle);
      },
    };
  }

  async sweep(): Promise<number> {
    this.calls.push('sweep');
    const swept = this.leftovers;
    this.leftovers = 0;
    return swept;
  }

  async *news(run: string, signal: AbortSignal): AsyncIterable<TaskNews> {
    const channel = new Channel<TaskNews>();
    this.#news.set(run, channel);
    signal.addEventListener('abort', () => channel.close(), { once: true });
    if (signal.aborted) return;
    yield* channel;
  }

  async launch(task: NodeTask): Promise<Reason | undefined> {
    this.calls.push(`launch ${task.node.name}`);
    this.launched.push(task);
    const refusal = this.refuseLaunch(task);
    if (refusal) return refusal;
    this.inFlight += 1;
    this.greatestInFlight = Math.max(this.greatestInFlight, this.inFlight);
    const discard = new AbortController();
    this.#discards.set(task, discard);
    void this.#play(task, discard.signal);
    return undefined;
  }

  async #play(task: NodeTask, signal: AbortSignal): Promise<void> {
    const node = task.node.name;
    for (const step of this.script(task)) {
      if (step.afterMs) await this.#clock.sleep(step.afterMs, signal);
      if (signal.aborted) return;
      const channel = this.#news.get(task.run);
      if (step.kind === 'do') step.effect();
      else if (step.kind === 'reported')
        channel?.push({ kind: 'reported', node, report: sampleReport(task, step.report) });
      else channel?.push({ kind: step.kind, node, reason: step.reason });
    }
  }

  async discard(task: NodeTask): Promise<void> {
    this.calls.push(`discard ${task.node.name}`);
    this.discarded.push(task);
    this.inFlight -= 1;
    this.#discards.get(task)?.abort();
  }

  async readInspectionLog(task: NodeTask): Promise<Inspection> {
    this.calls.push(`readInspectionLog ${task.node.name}`);
    return this.inspections.get(task.node.name) ?? { bundles: [], foreign: [], leftovers: [] };
  }

  async label(node: NodeSeen, labels: Readonly<Record<string, string | null>>): Promise<Reason | undefined> {
    const text = Object.entries(labels).map(([key, to]) => (to === null ? `${key}-` : `${key}=${to}`));
    this.calls.push(`label ${node.name} ${text.join(' ')}`);
    return this.#change(node, (now) => {
      const kept = Object.entries({ ...now.labels, ...labels }).filter(([, value]) => value !== null);
      return { labels: Object.fromEntries(kept) as Record<string, string> };
    });
  }

  async removeTaint(node: NodeSeen, key: string): Promise<Reason | undefined> {
    return this.#change(node, ({ taints = [] }) => ({ taints: taints.filter((one) => one.key !== key) }));
  }

  #change({ name, uid }: NodeSeen, change: (now: NodeSeen) => Partial<NodeSeen>): Reason | undefined {
    const now = this.#nodes.find((other) => other.name === name && other.uid === uid);
    if (now) this.setNode(name, { ...now, ...change(now) });
    return now ? undefined : { code: 'node-gone', message: 'the Node was deleted or replaced' };
  }

  async removeNamespace({ force }: { readonly force: boolean }): Promise<'removed' | 'absent' | 'kept'> {
    this.calls.push('removeNamespace');
    if (this.namespace === 'absent') return 'absent';
    if (this.isNamespaceUsedByOthers && this.namespace === 'ours' && !force)
      throw new SeccompError('conflict', 'the namespace holds objects that are not ours');
    this.#releases = [];
    if (this.namespace === 'foreign') return 'kept';
    this.namespace = 'absent';
    return 'removed';
  }
}

/** Returns a node that has a digest according to its labels. */
export const sampleInstalledNode = (name: string, bundle: string, digest: string): NodeSeen =>
  sampleNode(name, { labels: { [bundle]: digest16(digest), [`${bundle}.${digest16(digest)}`]: '' } });
