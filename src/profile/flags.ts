// The flags a filter may be loaded with, and who refuses them. runc up to 1.1 refuses any flag at all.
import { nearest } from './suggest.ts';

export const FLAGS = [
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
] as const;

export type Flag = (typeof FLAGS)[number];

export const isFlag = (text: string): text is Flag => (FLAGS as readonly string[]).includes(text);

/** Says which runtimes refuse a container because of a known flag. */
export const whoRefusesFlag = (flag: Flag): string =>
  flag === 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV' ? 'runc before 1.5' : 'runc 1.1 and older';

/** Returns the flag that a text names but for its case and prefix. */
export const flagMeantBy = (text: string): Flag | undefined => {
  const flag = `SECCOMP_FILTER_FLAG_${text.toUpperCase().replace(/^(SECCOMP_)?(FILTER_)?FLAG_/, '')}`;
  return isFlag(flag) ? flag : undefined;
};

/** Renders the tail of a message about an unknown flag: a suggestion, or what there is. */
export const hintForFlag = (text: string): string => {
  const bare = text.replace(/^(SECCOMP_FILTER_FLAG_|FLAG_)/i, '');
  const meant = nearest(
    bare,
    FLAGS.map((flag) => flag.slice('SECCOMP_FILTER_FLAG_'.length)),
  );
  return meant === undefined
    ? `; the flags are ${FLAGS.join(', ')}`
    : `; did you mean SECCOMP_FILTER_FLAG_${meant}?`;
};
