// Evidence that need not be waited for: one short pod for each class of nodes of a wave and each way in which a profile of
// the bundle is used there, under the new content by its own generation.
import { generationName } from '../protocol/layout.ts';
import { type ProbeFate, type ProbeRequest, type Prober, plainProbe } from '../workload/probe.ts';
import { nodeClassOf } from './check-nodes.ts';
import type { RolloutEvent } from './events.ts';
import type { NodeSeen, Reason } from './node.ts';
import type { ProbedUse } from './probe-users.ts';
import { describeThrown } from './stop.ts';

export interface WaveProbe {
  readonly prober: Prober;
  /** Where the pods are started: one that admits them under any profile. */
  readonly namespace: string;
  /** Reads who uses the bundle now. */
  readUses(): Promise<readonly ProbedUse[]>;
}

interface ProbedWave {
  readonly wave: number;
  readonly bundle: string;
  readonly digest: string;
  /** That have the new content now. */
  readonly nodes: readonly NodeSeen[];
  readonly probe: WaveProbe;
  readonly onFailure: 'stop' | 'rollback' | 'continue';
  readonly signal: AbortSignal;
}

/** Pods of one wave at most: a bundle of hundreds of profiles is shown by some of them. */
const MOST_PODS = 40;
const AT_ONCE = 4;

/** Starts them and yields what is seen; returns why the rollout must not go on, or undefined. */
export async function* probeWave(about: ProbedWave): AsyncGenerator<RolloutEvent, Reason | undefined, void> {
  const { wave, probe, signal, onFailure } = about;
  let uses: readonly ProbedUse[];
  try {
    uses = await probe.readUses();
  } catch (thrown) {
    if (signal.aborted) return undefined;
    return unproven(`cannot see who uses ${about.bundle}: ${describeThrown(thrown)}`);
  }
  const all = requestsOf(about, uses);
  const requests = all.slice(0, MOST_PODS);
  if (requests.length === 0) {
    yield {
      kind: 'phase',
      text: `wave ${wave}: nobody uses ${about.bundle} yet, so no short pod is started`,
    };
    return undefined;
  }
  yield { kind: 'phase', text: `wave ${wave}: starting ${countPods(requests.length)} under the new content` };
  const ends: { readonly request: ProbeRequest; readonly fate: ProbeFate }[] = [];
  const left = [...requests];
  const work = async (): Promise<void> => {
    for (let request = left.shift(); request && !signal.aborted; request = left.shift())
      ends.push({ request, fate: await probe.prober.probe(request, signal) });
  };
  // One that fails must not leave the pods of the others behind: each is waited for.
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  if (signal.aborted) return undefined;
  const thrown = settled.find((end) => end.status === 'rejected');
  if (thrown) return unproven(`cannot start a short pod: ${describeThrown(thrown.reason)}`);
  for (const { request, fate } of ends)
    if (fate.start === 'unknown' || fate.start === 'killed')
      yield { kind: 'warning', message: `${describe(request)} could not tell: ${wordsOf(fate)}` };
  const failed = ends.filter(({ fate }) => fate.start === 'failed');
  const [first, ...others] = failed;
  const started = ends.filter(({ fate }) => fate.start === 'started').length;
  const rest = all.length > requests.length ? `; ${all.length - requests.length} more were not started` : '';
  yield { kind: 'phase', text: `wave ${wave}: ${started} of ${countPods(ends.length)} started${rest}` };
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  const message = `${describe(first.request)} does not start${more}: ${wordsOf(first.fate)}`;
  if (onFailure === 'continue') {
    yield { kind: 'warning', message };
    return undefined;
  }
  return {
    code: 'unhealthy',
    message,
    hint: 'rollback brings the content before it back; check says more about one workload',
  };
}

const requestsOf = (
  { nodes, bundle, digest, probe: { namespace } }: ProbedWave,
  uses: readonly ProbedUse[],
): readonly ProbeRequest[] =>
  [...Map.groupBy(nodes, nodeClassOf).values()].flatMap((alike) => {
    const node = alike.find(({ isReady }) => isReady) ?? alike[0]!;
    return uses.map(({ path, noNewPrivileges }) =>
      plainProbe(namespace, node.name, `${generationName(bundle, digest)}/${path}`, !noNewPrivileges),
    );
  });

const describe = ({ node, localhostProfile, securityContext }: ProbeRequest): string => {
  const { allowPrivilegeEscalation } = securityContext as { readonly allowPrivilegeEscalation?: boolean };
  const how = allowPrivilegeEscalation === false ? ' with allowPrivilegeEscalation: false' : '';
  return `a short pod on ${node} under ${localhostProfile}${how}`;
};

const wordsOf = ({ reason, message }: ProbeFate): string =>
  [reason, message].filter((text) => text !== '').join(': ') || 'nothing was said';

const countPods = (count: number): string => (count === 1 ? '1 short pod' : `${count} short pods`);

const unproven = (message: string): Reason => ({
  code: 'unproven',
  message,
  hint: 'without --probe no pod is started',
});
