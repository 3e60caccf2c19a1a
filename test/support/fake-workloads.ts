// A `Workloads` in memory that yields the pages it was given, and valid pods and templates to put into them.
import type { Confinement, Profile } from '../../src/workload/confinement.ts';
import type { WorkloadPage, WorkloadQuery, Workloads, WorkloadsNow } from '../../src/workload/ports.ts';
import type { ContainerRole, PodContainerSeen, PodSeen, TemplateSeen } from '../../src/workload/seen.ts';

export class FakeWorkloads implements Workloads {
  /** What every read yields. */
  pages: readonly WorkloadPage[] = [];
  readonly queries: WorkloadQuery[] = [];

  async currentNamespace(): Promise<string> {
    return 'shop';
  }

  /** What every watch yields. */
  now: readonly WorkloadsNow[] = [];

  async *watch(_query: Pick<WorkloadQuery, 'namespace'>, signal: AbortSignal): AsyncGenerator<WorkloadsNow> {
    yield* this.now;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }

  async *read(query: WorkloadQuery): AsyncGenerator<WorkloadPage> {
    this.queries.push(query);
    yield* this.pages;
  }
}

export const localhost = (path: string): Profile => ({ kind: 'localhost', path });

/** Returns the confinement by a container's own field. */
export const sampleConfinement = (profile: Profile, changes: Partial<Confinement> = {}): Confinement => ({
  profile,
  source: profile.kind === 'none' ? 'default' : 'container',
  ...changes,
});

/** Returns a running container that started in 2026. */
export const sampleContainer = (
  profile: Profile,
  changes: Partial<PodContainerSeen> = {},
): PodContainerSeen => ({
  name: 'main',
  role: 'container' as ContainerRole,
  confinement: sampleConfinement(profile),
  state: 'running',
  startedAt: '2026-06-01T00:00:00Z',
  ...changes,
});

/** Returns a pod of a Deployment on a node. */
export const samplePod = (name: string, profile: Profile, changes: Partial<PodSeen> = {}): PodSeen => ({
  namespace: 'shop',
  name,
  workload: { kind: 'Deployment', name: 'front' },
  node: 'node-1',
  containers: [sampleContainer(profile)],
  ...changes,
});

/** Returns a Deployment's template. */
export const sampleTemplate = (profile: Profile, changes: Partial<TemplateSeen> = {}): TemplateSeen => ({
  namespace: 'shop',
  workload: { kind: 'Deployment', name: 'front' },
  placement: {},
  containers: [{ name: 'main', role: 'container', confinement: sampleConfinement(profile) }],
  ...changes,
});
