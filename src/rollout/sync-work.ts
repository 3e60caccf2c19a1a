// The part of a sync that reaches the nodes: installs of one revision, and removals of what nothing wants any more. The
// records know of an attempt before its first Job is made, and of every node's end after its last.
import type { Report } from '../protocol/report.ts';
import type { Request } from '../protocol/request.ts';
import { createAnnouncer, describeNode } from './announce.ts';
import { drive } from './drive.ts';
import type { RolloutEvent } from './events.ts';
import { driveLimits } from './limits.ts';
import { bundleOfLabel, installedLabels, removedLabels, runName } from './names.ts';
import type { NodeSeen } from './node.ts';
import type { NodeTask } from './ports.ts';
import type { Release } from './release.ts';
import type { Outside } from './rollout.ts';
import { newestStatement } from './statement.ts';
import { describeThrown, INTERRUPTED, type StopSwitch } from './stop.ts';
import type { SyncPolicy } from './sync-bundle.ts';
import type { SyncEvent } from './sync-events.ts';
import type { Target } from './sync-plan.ts';
import { beginNodes, endNode, nextAttempt, withoutOvertaken, withoutPruned } from './sync-record.ts';
import { judgeReport } from './verdict.ts';

export interface Course {
  readonly bundle: string;
  readonly policy: SyncPolicy;
  /** By revision, as they are now; what is written is put here. */
  readonly releases: Map<number, Release>;
}

/** Installs a revision's content on nodes; where its content cannot be read any more, each of them fails with that. */
export async function* installNodes(
  course: Course,
  { revision, digest, chunks = [] }: Target,
  nodes: readonly NodeSeen[],
  stop: StopSwitch,
  outside: Outside,
): AsyncGenerator<RolloutEvent, void, void> {
  if (nodes.length === 0 || stop.reason) return;
  const { bundle } = course;
  const { cluster, clock } = outside;
  try {
    await cluster.readChunks(course.releases.get(revision)!);
  } catch (thrown) {
    const reason = { code: 'api', message: describeThrown(thrown) } as const;
    return yield* nodes.map((node): RolloutEvent => ({ kind: 'failed', node: node.name, reason }));
  }
  const releases = sorted(course);
  const attempt = nextAttempt(releases);
  const before = course.releases.get(revision)!;
  await write(course, beginNodes(before, nodes, attempt), outside);
  const request: Request = {
    version: 1,
    operation: 'install',
    bundle,
    digest,
    // The newest number: nodes refuse lower ones, and a node may come here from a newer revision's selection.
    revision: releases.at(-1)!.revision,
    chunks: chunks.map(({ name, sha256 }) => ({ name, sha256 })),
    force: false,
  };
  const labels = (node: NodeSeen) => ({
    ...staleLabels(node, releases, bundle),
    ...installedLabels(bundle, digest),
  });
  const names = chunks.map(({ name }) => name);
  const ends = new Map<string, RolloutEvent>();
  const announcer = createAnnouncer(cluster);
  try {
    for await (const event of run(
      course,
      { request, nodes, attempt, chunks: names, labels },
      stop,
      outside,
    )) {
      if (event.kind === 'done' || event.kind === 'failed') ends.set(event.node, event);
      const node = event.kind === 'failed' && nodes.find(({ name }) => name === event.node);
      if (node && event.reason.code !== INTERRUPTED.code)
        announcer.tell(describeNode(event.reason, node, { operation: 'install', bundle, revision }));
      yield event;
    }
  } finally {
    const at = new Date(clock.now()).toISOString();
    const begun = course.releases.get(revision)!;
    const entries = nodes.flatMap((node) => {
      const event = ends.get(node.name);
      const entry = event && endNode(event, node, at, before.nodes[node.name]);
      return entry ? [[node.name, entry] as const] : [];
    });
    await write(course, { ...begun, nodes: { ...begun.nodes, ...Object.fromEntries(entries) } }, outside);
    const done = new Set(entries.filter(([, { result }]) => result === 'done').map(([name]) => name));
    for (const release of withoutOvertaken(sorted(course), before, done))
      await write(course, release, outside);
  }
  const silence = await announcer.end();
  if (silence !== undefined) yield { kind: 'warning', message: `cannot write Events: ${silence}` };
}

/** Removes a bundle from nodes that nothing wants it on, unless a container there still uses it. */
export async function* pruneNodes(
  course: Course,
  left: readonly NodeSeen[],
  stop: StopSwitch,
  outside: Outside,
): AsyncGenerator<SyncEvent, void, void> {
  const { bundle } = course;
  const nodes: NodeSeen[] = [];
  for (const node of left) {
    if (stop.reason) return;
    const why = await whyKept(bundle, node, stop, outside);
    if (why === undefined) nodes.push(node);
    yield { kind: 'left', bundle, node: node.name, ...(why !== undefined && { why }) };
  }
  if (nodes.length === 0) return;
  const releases = sorted(course);
  const newest = releases.at(-1)!;
  const attempt = nextAttempt(releases);
  const planned = nodes.map((node) => ({ node, action: 'run' as const }));
  yield { kind: 'planned', operation: 'remove', bundle, nodes: planned };
  await write(course, { ...newest, attempt }, outside);
  const { revision } = newest;
  const request: Request = { version: 1, operation: 'remove', bundle, revision, force: false };
  const labels = (node: NodeSeen) => removedLabels(bundle, node.labels);
  const done = new Set<string>();
  try {
    for await (const event of run(course, { request, nodes, attempt, chunks: [], labels }, stop, outside)) {
      if (event.kind === 'done') done.add(event.node);
      yield event;
    }
  } finally {
    for (const release of withoutPruned(sorted(course), done)) await write(course, release, outside);
  }
}

const whyKept = async (
  bundle: string,
  node: NodeSeen,
  stop: StopSwitch,
  { cluster }: Outside,
): Promise<string | undefined> => {
  if (!node.isReady) return 'the node is not ready';
  // Pods name the link, or one generation: each that the node says it has.
  const generations = Object.keys(node.labels).flatMap((key) =>
    bundleOfLabel(key) === bundle && key !== bundle ? [key.slice(bundle.length + 1)] : [],
  );
  for (const digest of generations.length > 0 ? generations : ['']) {
    const question = { bundle, digest, paths: new Set<string>(), nodes: new Map([[node.name, 0]]) };
    try {
      const { using } = await cluster.readHealth(question, stop.signal);
      if (using > 0) return `${using} ${using === 1 ? 'container uses' : 'containers use'} it there`;
    } catch (thrown) {
      // Not to know is no reason to take a file away from under a pod.
      return `who uses it cannot be read: ${describeThrown(thrown)}`;
    }
  }
  return undefined;
};

interface Work {
  readonly request: Request;
  readonly nodes: readonly NodeSeen[];
  readonly attempt: number;
  readonly chunks: readonly string[];
  readonly labels: (node: NodeSeen) => Readonly<Record<string, string | null>>;
}

async function* run(
  { bundle, policy }: Course,
  { request, nodes, attempt, chunks, labels }: Work,
  stop: StopSwitch,
  { cluster, clock, pace }: Outside,
): AsyncGenerator<RolloutEvent, void, void> {
  const revision = 'revision' in request ? request.revision : 0;
  const swept = await cluster.sweep(bundle);
  if (swept > 0) yield { kind: 'phase', text: `removed ${swept} Jobs that an earlier run left behind` };
  await cluster.prepare([]);
  const settle = async (task: NodeTask, report: Report): Promise<RolloutEvent> => {
    const node = task.node.name;
    const reason =
      judgeReport(task.request, report, task.node) ?? (await cluster.label(task.node, labels(task.node)));
    return reason ? { kind: 'failed', node, reason, report } : { kind: 'done', node, report };
  };
  const runId = runName(bundle, revision, attempt);
  const tasks = nodes.map(
    (node): NodeTask => ({ node, run: runId, attempt, request, chunkConfigMaps: chunks }),
  );
  yield* drive(tasks, { ...driveLimits(policy), stop, settle }, { cluster, clock, pace });
}

/** Labels that came along with a name, and speak of another machine's disk. */
const staleLabels = (node: NodeSeen, releases: readonly Release[], bundle: string): Record<string, null> => {
  const said = newestStatement(releases, node);
  return said?.node.machineId === node.machineId ? {} : removedLabels(bundle, node.labels);
};

const sorted = ({ releases }: Course): Release[] =>
  [...releases.values()].toSorted((one, other) => one.revision - other.revision);

const write = async ({ releases }: Course, release: Release, { cluster }: Outside): Promise<void> => {
  await cluster.writeRelease(release);
  releases.set(release.revision, release);
};
