// The actions a rule may name, as runtimes know them, and what they take. Source: runc libcontainer/seccomp/config.go.
import { nearest } from './suggest.ts';

export const ACTIONS = [
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_TRAP',
] as const;

export type Action = (typeof ACTIONS)[number];

export const isAction = (text: string): text is Action => (ACTIONS as readonly string[]).includes(text);

/** Says whether an action carries an errno; crun refuses one on any other. */
export const takesErrno = (action: Action): boolean =>
  action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';

/** Runtimes use EPERM where none is given. */
export const DEFAULT_ERRNO = 1;

/** libseccomp refuses errnos from 4095 on: the kernel has no larger one. */
export const MAX_ERRNO = 4094;

/** For messages about an errno of 0, which every runtime accepts. */
export const WHAT_ERRNO_0_DOES =
  'with errno 0 the call is not made, yet the program is told that it succeeded; is that meant?';

/** Returns the action that a text names but for its case and prefix. */
export const actionMeantBy = (text: string): Action | undefined => {
  const action = `SCMP_ACT_${text.toUpperCase().replace(/^(SCMP_)?ACT_/, '')}`;
  return isAction(action) ? action : undefined;
};

/** Renders the tail of a message about an unknown action: a suggestion, or what there is. */
export const hintForAction = (text: string): string => {
  // Without the part that all share, by which any two of them would look alike.
  const bare = text.replace(/^(SCMP_ACT_|ACT_|SECCOMP_RET_)/i, '');
  const meant = nearest(
    bare,
    ACTIONS.map((action) => action.slice('SCMP_ACT_'.length)),
  );
  return meant === undefined
    ? `; the actions are ${ACTIONS.join(', ')}`
    : `; did you mean SCMP_ACT_${meant}?`;
};
