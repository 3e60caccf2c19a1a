// Valid values for tests of the rollout engine, and a way to run it to its end on fakes.
import { createHash } from 'node:crypto';
import type { Manifest } from '../../src/bundle/manifest-types.ts';
import type { RolloutEvent } from '../../src/rollout/events.ts';
import { installBundle } from '../../src/rollout/install.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import type { NodeSelection, NodeTask } from '../../src/rollout/ports.ts';
import type { Release, ReleaseNode } from '../../src/rollout/release.ts';
import type { RolloutPolicy } from '../../src/rollout/rollout.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster, type FakeClusterOptions, sampleNode } from './fake-cluster.ts';

export const sampleDigest = (text: string): string => createHash('sha256').update(text).digest('hex');
export const DIGEST = sampleDigest('one');
export const OTHER_DIGEST = sampleDigest('other');

export const sampleManifest: Manifest = { formatVersion: 1, name: 'web', profiles: [] };

/** The install of the first revision of `web` on a node of that name. */
export const sampleTask = (name: string): NodeTask => ({
  node: sampleNode(name),
  run: 'web-v1-1',
  attempt: 1,
  request: {
    version: 1,
    operation: 'install',
    bundle: 'web',
    digest: DIGEST,
    revision: 1,
    chunks: [],
    force: false,
  },
  chunkConfigMaps: [],
});

export const sampleReleaseNode = (node: NodeSeen, changes: Partial<ReleaseNode> = {}): ReleaseNode => ({
  result: 'done',
  uid: node.uid,
  machineId: node.machineId,
  bootId: node.bootId,
  seccompRoot: '/var/lib/kubelet/seccomp',
  at: '2026-01-01T00:00:00.000Z',
  ...changes,
});

/** A succeeded install of DIGEST as `web@v1`; `nodes` are done. */
export const sampleRelease = (nodes: readonly NodeSeen[] = [], changes: Partial<Release> = {}): Release => ({
  version: 1,
  bundle: 'web',
  revision: 1,
  attempt: 1,
  operation: 'install',
  ...(changes.operation !== 'remove' && { digest: DIGEST, manifest: sampleManifest, chunks: [] }),
  selector: '',
  who: 'alice',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:01:00.000Z',
  outcome: 'succeeded',
  nodes: Object.fromEntries(nodes.map((node) => [node.name, sampleReleaseNode(node)])),
  ...changes,
});

export interface Bench {
  readonly clock: FakeClock;
  readonly cluster: FakeCluster;
  readonly interruption: AbortController;
  install(changes?: {
    digest?: string;
    selection?: NodeSelection;
    policy?: RolloutPolicy;
  }): Promise<string[]>;
  collect(events: AsyncIterable<RolloutEvent>): Promise<string[]>;
  readonly outside: { cluster: FakeCluster; clock: FakeClock; signal: AbortSignal };
}

/** A fake cluster, an automatic clock and an engine on both. */
export const makeBench = (options: Omit<FakeClusterOptions, 'clock'> = {}): Bench => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ ...options, clock });
  const interruption = new AbortController();
  const outside = { cluster, clock, signal: interruption.signal };
  const collect = async (events: AsyncIterable<RolloutEvent>): Promise<string[]> => {
    const lines: string[] = [];
    for await (const event of events) lines.push(describeEvent(event));
    return lines;
  };
  const install: Bench['install'] = ({ digest = DIGEST, selection = { selector: '' }, policy = {} } = {}) =>
    collect(
      installBundle(
        {
          bundle: 'web',
          digest,
          manifest: sampleManifest,
          chunks: [{ sha256: sampleDigest('chunk'), content: new Uint8Array([1, 2, 3]) }],
          selection,
          policy,
        },
        outside,
      ),
    );
  return { clock, cluster, interruption, install, collect, outside };
};

/** One line for each event, with all that a reader of events could tell apart. */
export const describeEvent = (event: RolloutEvent): string => {
  switch (event.kind) {
    case 'planned': {
      const revision = event.revision === undefined ? '' : ` v${event.revision}`;
      return `planned${revision} ${event.nodes.map(({ node, action }) => `${node.name}:${action}`).join(' ')}`.trim();
    }
    case 'wave':
      return `wave ${event.number}/${event.of} of ${event.nodes}`;
    case 'gate':
      return `gate ${event.wave}/${event.of} ${event.verdict}${event.health ? ` ${event.health.started} started ${event.health.failing.length} failing` : ''}`;
    case 'stopped':
      return `stopped ${event.reason.code}: ${event.reason.message}`;
    case 'phase':
      return `phase ${event.text}`;
    case 'warning':
      return `warning ${event.message}`;
    case 'launched':
      return `launched ${event.node}`;
    case 'done':
      return `done ${event.node} ${event.report.outcome}`;
    case 'waiting':
    case 'failed':
      return `${event.kind} ${event.node} ${event.reason.code}: ${event.reason.message}`;
    case 'paused':
    case 'resumed':
      return event.kind;
    case 'finished':
      return `finished ${event.ending}`;
  }
};
