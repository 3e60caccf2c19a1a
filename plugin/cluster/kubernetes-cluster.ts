// The engine's `Cluster` on a Kubernetes API server. Objects and their meaning are in the files beside; here is only
// which request is made when, and what an answer means to the engine.
import { createHash, randomInt } from 'node:crypto';
import type { V1Job, V1Node, V1Pod } from '@kubernetes/client-node';
import { SeccompError } from '../../src/error.ts';
import { PROGRAM_FILE } from '../../src/protocol/loader.ts';
import { parseInspectionLog } from '../../src/protocol/parse-report.ts';
import type { Inspection } from '../../src/protocol/report.ts';
import type { Health, HealthQuestion } from '../../src/rollout/health.ts';
import type { Obsolete } from '../../src/rollout/history.ts';
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
import type { ConnectOptions } from '../outside.ts';
import { type Api, ApiError } from './api.ts';
import { askAdmission } from './ask-admission.ts';
import { ensureContent } from './content.ts';
import { writeEvent } from './events.ts';
import { readHealth } from './health.ts';
import { objectLabels, selectComponent } from './labels.ts';
import { createLauncher, deleteObject, type Launcher, pathOf } from './launcher.ts';
import { acquireLease, type HeldLease } from './lease.ts';
import { ensureNamespace, removeNamespace } from './namespace.ts';
import { followRun } from './news.ts';
import { readNode } from './node-facts.ts';
import { CHUNK_KEY, type JobSettings, jobName, programName } from './node-job.ts';
import { labelNode } from './node-label.ts';
import { removeTaint } from './node-taint.ts';
import { createReleaseStore, type ReleaseStore } from './release-store.ts';
import { removeSync } from './sync-installation.ts';

export interface KubernetesClusterSettings {
  readonly api: Api;
  readonly clock: Clock;
  readonly options: Pick<
    ConnectOptions,
    | 'installNamespace'
    | 'image'
    | 'imagePullSecret'
    | 'privilege'
    | 'priorityClass'
    | 'kubeletRoot'
    | 'launch'
    | 'jobTimeoutMs'
  >;
  /** The bootstrap program, one CommonJS file. */
  readonly program: Uint8Array;
  /** Who and where we are, for the lease: `alice@laptop`, with the process id. */
  readonly holder: string;
  /** Ends every request by which nothing can be left behind; whatever cleans up goes on. */
  readonly signal: AbortSignal;
}

/** An inspection's line may be long; a log longer than this was not written by our program. */
const MAXIMUM_LOG_BYTES = 16 * 1024 * 1024;

/** Makes the cluster; nothing is sent yet. */
export const createKubernetesCluster = (settings: KubernetesClusterSettings): Cluster =>
  new KubernetesCluster(settings);

class KubernetesCluster implements Cluster {
  readonly token = Array.from({ length: 6 }, () => randomInt(36).toString(36)).join('');
  readonly #settings: KubernetesClusterSettings;
  readonly #api: Api;
  readonly #namespace: string;
  readonly #job: JobSettings;
  #announced = 0;
  readonly #launcher: Launcher;
  /** Pods by the name of what was launched. */
  readonly #pods = new Map<string, string>();
  readonly #releases: ReleaseStore;
  /** By bundle; the newest of each. */
  readonly #leases = new Map<string, HeldLease>();

  constructor(settings: KubernetesClusterSettings) {
    const { options, program } = settings;
    this.#settings = settings;
    this.#api = settings.api;
    this.#namespace = options.installNamespace;
    this.#releases = createReleaseStore({ ...settings, namespace: this.#namespace });
    const programSha256 = createHash('sha256').update(program).digest('hex');
    this.#job = { ...options, namespace: options.installNamespace, programSha256 };
    this.#launcher = createLauncher({ ...settings, job: this.#job, launch: options.launch });
  }

  async readNodes({ selector, names }: NodeSelection): Promise<NodeSeen[]> {
    const nodes: NodeSeen[] = [];
    const missing = new Set(names);
    for await (const page of this.#api.list<V1Node>('/api/v1/nodes', {
      ...(selector && { labelSelector: selector }),
      signal: this.#settings.signal,
    }))
      for (const object of page) {
        const node = readNode(object, this.#settings.options.kubeletRoot);
        if (!names || missing.delete(node.name)) nodes.push(node);
      }
    if (missing.size > 0)
      throw new SeccompError('usage', `no such nodes: ${[...missing].join(', ')}`, {
        hint: selector ? `nodes are looked for among those that match ${selector}` : 'see kubectl get nodes',
      });
    return nodes.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  }

  readReleases(bundle?: string): Promise<Release[]> {
    return this.#releases.read(bundle);
  }

  async writeRelease(release: Release): Promise<void> {
    await this.#ensureNamespace();
    await this.#releases.write(release);
  }

  readChunks(release: Release): Promise<Uint8Array[]> {
    return this.#releases.readChunks(release);
  }

  readHealth(question: HealthQuestion, signal: AbortSignal): Promise<Health> {
    return readHealth(this.#api, question, signal);
  }

  async announce(news: Announcement): Promise<void> {
    const { api, clock } = this.#settings;
    this.#announced += 1;
    const suffix = `${this.token}${this.#announced.toString(36)}`;
    await writeEvent(
      { api, namespace: this.#namespace, now: new Date(clock.now()).toISOString(), suffix },
      news,
    );
  }

  async forget(obsolete: Obsolete): Promise<void> {
    // Threat: what nobody needed before may be what somebody else brings back now.
    for (const lease of this.#leases.values()) lease.assertHeld();
    await this.#releases.forget(obsolete);
  }

  async whoAmI(): Promise<string> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    try {
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const review = await this.#api.create<{ status?: { userInfo?: { username?: string } } }>(path, body, {
        signal: this.#settings.signal,
      });
      return review.status?.userInfo?.username ?? 'unknown';
    } catch (thrown) {
      // Before Kubernetes 1.28 there is no such thing; a record without a name is better than no rollout.
      if (thrown instanceof ApiError && [403, 404].includes(thrown.status)) return 'unknown';
      throw thrown;
    }
  }

  async prepare(chunks: readonly { readonly name: string; readonly content: Uint8Array }[]): Promise<void> {
    await this.#ensureNamespace();
    const program = {
      name: programName(this.#job.programSha256),
      key: PROGRAM_FILE,
      bytes: this.#settings.program,
      labels: objectLabels('program'),
    };
    const contents = chunks.map(({ name, content }) => ({
      name,
      key: CHUNK_KEY,
      bytes: content,
      labels: objectLabels('chunk'),
    }));
    const place = { api: this.#api, namespace: this.#namespace, signal: this.#settings.signal };
    for (const content of [program, ...contents]) await ensureContent(place, content);
  }

  admit(task: NodeTask): Promise<Admission> {
    const { api, clock, signal } = this.#settings;
    const isNamespaceThere = this.#namespaceReady !== undefined;
    return askAdmission({ api, clock, signal, job: this.#job, isNamespaceThere }, task);
  }

  async acquireLease(
    bundle: string,
    options: { waitMs: number; onWait: (holder: string) => void; signal: AbortSignal },
  ): Promise<Lease> {
    await this.#ensureNamespace();
    const { api, clock, holder } = this.#settings;
    const identity = `${holder} (${this.token})`;
    const lease = await acquireLease({ api, clock, namespace: this.#namespace, identity }, bundle, options);
    this.#leases.set(bundle, lease);
    return lease;
  }

  async sweep(bundle: string): Promise<number> {
    // Threat: whoever took over has Jobs of the bundle at work by now.
    this.#leases.get(bundle)?.assertHeld();
    const labelSelector = selectComponent('node-job', bundle);
    const jobs = await this.#listAll<V1Job>(pathOf(this.#namespace, 'jobs'), labelSelector);
    const pods = await this.#listAll<V1Pod>(pathOf(this.#namespace, 'pods'), labelSelector);
    // A Pod goes with its Job, be it a moment later; only one that was cut off from it would stay for good.
    const orphans = pods.filter(({ metadata }) => !metadata?.ownerReferences?.length);
    await Promise.all([
      ...jobs.map(({ metadata }) => this.#delete('jobs', metadata?.name ?? '')),
      ...orphans.map(({ metadata }) => this.#delete('pods', metadata?.name ?? '')),
    ]);
    return jobs.length;
  }

  async *news(run: string, signal: AbortSignal): AsyncIterable<TaskNews> {
    const { api, clock } = this.#settings;
    const onPod = (job: string, pod: string) => void this.#pods.set(job, pod);
    const { tasks } = this.#launcher;
    try {
      yield* followRun({ api, clock, namespace: this.#namespace, tasks, onPod }, run, signal);
    } finally {
      // Should it fail, the cluster deletes it after its time.
      await this.#launcher.end().catch(() => {});
    }
  }

  async launch(task: NodeTask): Promise<Reason | undefined> {
    if (task.request.operation !== 'inspect') this.#leases.get(task.request.bundle)?.assertHeld();
    return await this.#launcher.launch(task);
  }

  async discard(task: NodeTask): Promise<void> {
    this.#pods.delete(jobName(task));
    await this.#launcher.discard(task);
  }

  async readInspectionLog(task: NodeTask): Promise<Inspection> {
    const pod = this.#pods.get(jobName(task));
    if (pod === undefined) throw new SeccompError('api', `the Pod that inspected ${task.node.name} is gone`);
    const path = `${pathOf(this.#namespace, 'pods', pod)}/log`;
    return parseInspectionLog(await this.#api.text(path, { limitBytes: MAXIMUM_LOG_BYTES }));
  }

  async label(node: NodeSeen, labels: Readonly<Record<string, string | null>>): Promise<Reason | undefined> {
    // Whoever took over has written what the node has now.
    for (const key of Object.keys(labels)) this.#leases.get(key.split('.')[0]!)?.assertHeld();
    return await labelNode(this.#api, node, labels);
  }

  removeTaint(node: NodeSeen, key: string): Promise<Reason | undefined> {
    return removeTaint(this.#api, node, key);
  }

  async removeNamespace(options: { readonly force: boolean; readonly signal: AbortSignal }) {
    const { api, clock } = this.#settings;
    const place = { api, clock, namespace: this.#namespace };
    // It has rights in the whole cluster, and would make things anew in the namespace while that goes.
    await removeSync({ ...place, signal: options.signal });
    this.#namespaceReady = undefined;
    this.#releases.clear();
    return await removeNamespace(place, options);
  }

  #namespaceReady: Promise<void> | undefined;

  /** Asked once for each process; a failure is asked again. */
  #ensureNamespace(): Promise<void> {
    const { api, signal } = this.#settings;
    this.#namespaceReady ??= ensureNamespace({ api, namespace: this.#namespace, signal }).catch((thrown) => {
      this.#namespaceReady = undefined;
      throw thrown;
    });
    return this.#namespaceReady;
  }

  async #listAll<T>(path: string, labelSelector: string): Promise<T[]> {
    const all: T[] = [];
    for await (const page of this.#api.list<T>(path, { labelSelector })) all.push(...page);
    return all;
  }

  #delete(resource: 'jobs' | 'pods', name: string): Promise<void> {
    return deleteObject(this.#api, pathOf(this.#namespace, resource, name));
  }
}
