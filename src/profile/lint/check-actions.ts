// Actions that do not do everywhere what they say: unknown to old kernels, or in need of somebody who is not there.
import type { Action } from '../actions.ts';
import type { Located } from '../document.ts';
import type { KnownFacts } from '../facts.ts';
import { isAtLeast, renderKernelVersion } from '../kernel-version.ts';
import type { Rule, SourceProfile } from '../oci.ts';
import type { KernelVersion } from '../prepared.ts';
import { FILE_START, type Report } from '../report.ts';
import type { LintSubject } from './subject.ts';

/** The kernels that came with an action; the others are older than any that is in use. */
const SINCE: Readonly<Partial<Record<Action, KernelVersion>>> = {
  SCMP_ACT_LOG: { major: 4, minor: 14 },
  SCMP_ACT_KILL_PROCESS: { major: 4, minor: 14 },
  SCMP_ACT_NOTIFY: { major: 5, minor: 0 },
};

/** Checks that the nodes have the actions, and that they do what is probably meant. */
export const checkActions = ({ source, facts }: LintSubject, report: Report): void => {
  for (const { action, at } of actionsOf(source)) {
    for (const one of facts) {
      const lack = whyMissing(action, one);
      // libseccomp refuses it, and with it the container.
      if (lack !== undefined) report.error('SP711', at, `${action}: ${lack}, so that no container starts`);
    }
    if (action === 'SCMP_ACT_KILL' || action === 'SCMP_ACT_KILL_THREAD') {
      const message = `${action} ends one thread: a program with several goes on without it, and often hangs`;
      report.note('SP712', at, message);
    }
    if (action === 'SCMP_ACT_TRACE') {
      report.warning(
        'SP713',
        at,
        `${action} needs a tracer, which no container has: the call fails with ENOSYS`,
      );
    }
  }
  const isCached = facts.some(({ runtime }) => runtime === 'crun');
  const first = source.rules.find(({ errnoRet }) => errnoRet !== undefined);
  if (isCached && first !== undefined) {
    const message =
      'crun keeps compiled filters and does not look at the errno of rules: after a change of nothing else the old one stays';
    report.note('SP714', first.at, message);
  }
};

/** Lists every action of a profile with the first place that it stands at. */
export const actionsOf = ({
  defaultAction,
  defaultAt,
  rules,
}: SourceProfile): readonly { readonly action: Action; readonly at: Located }[] => {
  const first = new Map<Action, Located>([[defaultAction, defaultAt ?? FILE_START]]);
  for (const { action, at } of rules as readonly Rule[]) if (!first.has(action)) first.set(action, at);
  return [...first].map(([action, at]) => ({ action, at }));
};

/** Says why a node does not have an action; undefined where it has, or nothing tells. */
export const whyMissing = (
  action: Action,
  { kernel, actionsAvailable }: Pick<KnownFacts, 'kernel' | 'actionsAvailable'>,
): string | undefined => {
  const since = SINCE[action];
  const plain = action === 'SCMP_ACT_KILL' ? 'SCMP_ACT_KILL_THREAD' : action;
  if (
    actionsAvailable !== undefined &&
    !actionsAvailable.includes(plain) &&
    !actionsAvailable.includes(action)
  )
    return "not among the node's actions_avail";
  if (since === undefined || kernel === undefined || isAtLeast(kernel, since)) return undefined;
  return `Linux ${renderKernelVersion(kernel)} does not have it (${renderKernelVersion(since)} does)`;
};
