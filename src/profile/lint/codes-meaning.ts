// The catalogue's part on what is silently ignored (SP2xx), on rules against one another (SP3xx) and on
// architectures (SP4xx).
import type { CodeEntry } from './codes.ts';

export const MEANING_CODES = {
  SP201: {
    name: 'unknown-field',
    severity: 'warning',
    why: 'Runtimes pass over fields that they do not know without a word.',
    mend: 'Remove it, or name it "_comment" if it is a remark.',
  },
  SP202: {
    name: 'unknown-syscall',
    severity: 'warning',
    why: 'Runtimes pass over names that their libseccomp does not know: the rule does nothing for them.',
    mend: 'Correct the name, or remove it where no node of yours knows it.',
  },
  SP203: {
    name: 'rule-without-names',
    severity: 'warning',
    why: 'A rule without names has no effect.',
    mend: 'Name system calls, or remove the rule.',
  },
  SP204: {
    name: 'unused-value-two',
    severity: 'warning',
    why: 'Only SCMP_CMP_MASKED_EQ reads "valueTwo".',
    mend: 'Remove it, or choose SCMP_CMP_MASKED_EQ if a mask was meant.',
  },
  SP205: {
    name: 'too-many-conditions',
    severity: 'error',
    why: 'crun uses the first six conditions of a rule and silently drops the rest.',
    mend: 'Write at most six conditions in one rule.',
  },
  SP206: {
    name: 'empty-mask',
    severity: 'warning',
    why: 'A mask of 0 holds for every argument, so the condition says nothing.',
    mend: 'Write the bits to look at as "value", and what they must be as "valueTwo".',
  },
  SP207: {
    name: 'datum-outside-mask',
    severity: 'warning',
    why: 'Runtimes drop the bits of "valueTwo" that are not in the mask, so more arguments match than it seems.',
    mend: 'Widen the mask in "value", or take the bits out of "valueTwo".',
  },
  SP208: {
    name: 'capability-spelling',
    severity: 'warning',
    why: 'Docker and CRI-O compare capabilities letter by letter and never match this one.',
    mend: 'Write the name with CAP_ and in capitals.',
  },
  SP209: {
    name: 'duplicate-arch-map-entry',
    severity: 'warning',
    why: 'Only the first entry of an architecture counts.',
    mend: 'Put the two entries together.',
  },
  SP210: {
    name: 'two-errnos',
    severity: 'warning',
    why: 'CRI-O takes the name and other runtimes the number, so the program sees one errno or the other.',
    mend: 'Keep one of them.',
  },
  SP211: {
    name: 'capabilities-decided-once',
    severity: 'warning',
    why: 'A bundle is compiled once for all containers, where Docker and CRI-O would decide for each.',
    mend: 'Name what the containers have with --cap-add, or ship two profiles.',
  },
  SP212: {
    name: 'field-of-no-seccomp-profile',
    severity: 'warning',
    why: 'SeccompProfile has no such field: the Security Profiles Operator drops it, while here it counts.',
    mend: 'Write the profile as JSON, or leave the field out.',
  },
  SP213: {
    name: 'errno-zero',
    severity: 'warning',
    why: 'With errno 0 the call is not made, yet the program is told that it succeeded.',
    mend: 'Write the errno that the program is to see, such as 1 (EPERM) or 38 (ENOSYS).',
  },
  SP214: {
    name: 'duplicate-name',
    severity: 'note',
    why: 'A name that stands twice in a rule does nothing the second time.',
    mend: 'Remove it; --fix does it.',
  },
  SP301: {
    name: 'never-reached',
    severity: 'warning',
    why: 'The first rule without conditions wins: every later rule on the same call is silently dropped.',
    mend: 'Remove one of the two rules, or give the earlier one its conditions.',
  },
  SP302: {
    name: 'undone-conditions',
    severity: 'warning',
    why: 'A rule without conditions deletes the rules with conditions that came before it on the same call.',
    mend: 'Remove one of the two, or give the later rule the conditions that are left.',
  },
  SP303: {
    name: 'contradiction',
    severity: 'error',
    why: 'libseccomp refuses one condition with two actions ("file exists"), and no container starts.',
    mend: 'Keep one of the two rules.',
  },
  SP304: {
    name: 'argument-tested-twice',
    severity: 'warning',
    why: 'Where a rule tests one argument twice, runtimes take all its conditions as alternatives (or), not together (and).',
    mend: 'Write alternatives as rules of their own, and a range so that one condition says it.',
  },
  SP401: {
    name: 'byte-order',
    severity: 'error',
    why: 'libseccomp refuses to mix byte orders in one filter, and no container starts.',
    mend: 'Leave the architecture out, or choose the architectures of the nodes with --arch.',
  },
  SP402: {
    name: 'architecture-refused-by-some',
    severity: 'warning',
    why: 'Older runtimes refuse a profile that names this architecture.',
    mend: "Leave it out: the node's own architecture is always covered.",
  },
  SP403: {
    name: 'errno-differs',
    severity: 'error',
    why: 'The errno of this name has another number on some architecture, and CRI-O takes one number for all.',
    mend: 'Write the number that is meant as "errnoRet".',
  },
} as const satisfies Record<string, CodeEntry>;
