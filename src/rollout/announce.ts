// The Kubernetes Events of a rollout: one for each wave and one for each failed node, so that other tools see changes.
import type { RolloutEvent } from './events.ts';
import type { NodeSeen, Reason } from './node.ts';
import type { Announcement, Cluster } from './ports.ts';
import type { Ending } from './rollout.ts';
import { describeThrown } from './stop.ts';

export interface Announcer {
  /** Writes it when those before it are written; the rollout does not wait. */
  tell(news: Announcement): void;
  /** Waits until all is written; returns what went wrong first, if anything. */
  end(): Promise<string | undefined>;
}

/** Creates an announcer; where Events cannot be written, it tries once: 5,000 refusals help nobody. */
export const createAnnouncer = (cluster: Pick<Cluster, 'announce'>): Announcer => {
  let written: Promise<void> = Promise.resolve();
  let problem: string | undefined;
  return {
    tell(news) {
      written = written
        .then(() => (problem === undefined ? cluster.announce(news) : undefined))
        .catch((thrown: unknown) => {
          problem ??= describeThrown(thrown);
        });
    },
    async end() {
      await written;
      return problem;
    },
  };
};

export interface Subject {
  readonly operation: 'install' | 'remove';
  readonly bundle: string;
  readonly revision: number;
}

/** Describes a node that failed. */
export const describeNode = (reason: Reason, node: NodeSeen, subject: Subject): Announcement => ({
  ...about(subject),
  type: 'Warning',
  reason: subject.operation === 'install' ? 'SeccompInstallFailed' : 'SeccompRemovalFailed',
  message: `${nameOf(subject)}: ${reason.message}`,
  node,
});

/** Describes a wave that has ended. */
export const describeGate = (
  { wave, of, nodes, failed, verdict, health }: Extract<RolloutEvent, { kind: 'gate' }>,
  subject: Subject,
): Announcement => {
  const counts = `${nodes - failed} of ${nodes} nodes done`;
  const [first] = health?.failing ?? [];
  const containers =
    health && `; ${health.started} containers started under it, ${health.failing.length} fail`;
  const example = first && ` (${first.namespace}/${first.pod} ${first.container}: ${first.reason})`;
  return {
    ...about(subject),
    type: verdict === 'passed' ? 'Normal' : 'Warning',
    reason: verdict === 'passed' ? 'SeccompWaveDone' : 'SeccompWaveFailed',
    message: `${nameOf(subject)}: wave ${wave} of ${of}: ${counts}${containers ?? ''}${example ?? ''}`,
  };
};

/** Describes the end of a rollout without waves. */
export const describeRollout = (
  ending: Ending,
  { done, failed }: { readonly done: number; readonly failed: number },
  subject: Subject,
): Announcement => {
  const verb = subject.operation === 'install' ? 'Rollout' : 'Removal';
  const end = { complete: 'Done', incomplete: 'Incomplete', interrupted: 'Interrupted' }[ending];
  return {
    ...about(subject),
    type: ending === 'complete' ? 'Normal' : 'Warning',
    reason: `Seccomp${verb}${end}`,
    message: `${nameOf(subject)}: ${done} nodes done, ${failed} failed`,
  };
};

const about = ({ bundle, revision }: Subject) => ({ bundle, revision });
const nameOf = ({ operation, bundle, revision }: Subject): string =>
  `${operation === 'remove' ? 'removal of ' : ''}${bundle}@v${revision}`;
