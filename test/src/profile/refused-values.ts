// Odd values that are errors, one by one: what the case is, the profile, and what is said of it.
import { withCondition, withRule } from './prepare-sample.ts';

const ALLOW = { defaultAction: 'SCMP_ACT_ALLOW' };
const NOTIFY = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' };

export const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['an empty object', {}, '$: "defaultAction" is missing'],
  ['no default action', { syscalls: [] }, '$: "defaultAction" is missing'],
  ['a null default action', { defaultAction: null }, '$: "defaultAction" is missing'],
  [
    'a default action of another type',
    { defaultAction: 1 },
    '$.defaultAction: wanted an action such as SCMP_ACT_ERRNO, got 1',
  ],
  [
    'a misspelt action',
    { defaultAction: 'SCMP_ACT_ERNO' },
    '$.defaultAction: unknown action "SCMP_ACT_ERNO"; did you mean SCMP_ACT_ERRNO?',
  ],
  [
    'a lower-case action',
    { defaultAction: 'scmp_act_allow' },
    '$.defaultAction: unknown action "scmp_act_allow"; did you mean SCMP_ACT_ALLOW?',
  ],
  [
    'an action without prefix',
    { defaultAction: 'LOG' },
    '$.defaultAction: unknown action "LOG"; did you mean SCMP_ACT_LOG?',
  ],
  [
    'an action that nothing is near to',
    { defaultAction: 'SCMP_ACT_FOO' },
    '$.defaultAction: unknown action "SCMP_ACT_FOO"; the actions are',
  ],
  [
    'NOTIFY as the default',
    { defaultAction: 'SCMP_ACT_NOTIFY' },
    '$.defaultAction: SCMP_ACT_NOTIFY cannot be the default',
  ],
  [
    'rules that are no array',
    { ...ALLOW, syscalls: {} },
    '$.syscalls: wanted an array of rules, got an object',
  ],
  [
    'a null rule',
    { ...ALLOW, syscalls: [null] },
    '$.syscalls[0]: wanted a rule, an object with "names" and "action", got null',
  ],
  [
    'a rule without names',
    { ...ALLOW, syscalls: [{ action: 'SCMP_ACT_LOG' }] },
    '$.syscalls[0]: "names" is missing',
  ],
  [
    'an empty name',
    withRule({ names: ['mkdir', ''] }),
    '$.syscalls[0].names[1]: wanted the name of a system call, got the empty string',
  ],
  [
    'a name that is a number',
    withRule({ names: [83] }),
    '$.syscalls[0].names[0]: wanted a string: names of system calls, got 83',
  ],
  [
    'names that are one string',
    withRule({ names: 'mkdir' }),
    '$.syscalls[0].names: wanted an array of names of system calls, got the string "mkdir"',
  ],
  ['a rule without action', withRule({ action: undefined }), '$.syscalls[0]: "action" is missing'],
  [
    'an unknown action',
    withRule({ action: 'SCMP_ACT_KILLPROCESS' }),
    '$.syscalls[0].action: unknown action "SCMP_ACT_KILLPROCESS"; did you mean SCMP_ACT_KILL_PROCESS?',
  ],
  [
    'an errno of 4095',
    withRule({ errnoRet: 4095 }),
    '$.syscalls[0].errnoRet: wanted an errno, an integer from 0 to 4094, got 4095',
  ],
  [
    'an errno that is cut to 13',
    withRule({ errnoRet: 65549 }),
    '$.syscalls[0].errnoRet: wanted an errno, an integer from 0 to 4094, got 65549',
  ],
  ['a negative errno', withRule({ errnoRet: -1 }), 'got -1'],
  ['a fraction', withRule({ errnoRet: 1.5 }), 'written as plain digits, got 1.5'],
  ['an errno in letters', withRule({ errnoRet: 'EPERM' }), 'got the string "EPERM"'],
  ['an errno in quotes', withRule({ errnoRet: '1' }), 'got the string "1"; numbers stand without quotes'],
  [
    'an errno on LOG',
    withRule({ action: 'SCMP_ACT_LOG', errnoRet: 1 }),
    '$.syscalls[0].errnoRet: an errno has no meaning with SCMP_ACT_LOG',
  ],
  [
    'a default errno on ALLOW',
    { ...ALLOW, defaultErrnoRet: 1 },
    '$.defaultErrnoRet: an errno has no meaning with the default action SCMP_ACT_ALLOW',
  ],
  [
    'a default errno of 5000',
    { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 5000 },
    '$.defaultErrnoRet: wanted an errno, an integer from 0 to 4094, got 5000',
  ],
  [
    'an index of 6',
    withCondition({ index: 6 }),
    '$.syscalls[0].args[0].index: wanted the number of an argument, an integer from 0 to 5, got 6',
  ],
  [
    'a condition without index',
    withCondition({ index: undefined }),
    '$.syscalls[0].args[0]: "index" is missing',
  ],
  [
    'a condition without value',
    withCondition({ value: undefined }),
    '$.syscalls[0].args[0]: "value" is missing',
  ],
  [
    'a condition without operator',
    withCondition({ op: undefined }),
    '$.syscalls[0].args[0]: "op" is missing',
  ],
  [
    'an operator as a sign',
    withCondition({ op: '>=' }),
    '$.syscalls[0].args[0].op: unknown operator ">="; did you mean SCMP_CMP_GE?',
  ],
  [
    'an operator without prefix',
    withCondition({ op: 'EQ' }),
    'unknown operator "EQ"; did you mean SCMP_CMP_EQ?',
  ],
  [
    'an unknown operator',
    withCondition({ op: 'SCMP_CMP_FOO' }),
    'unknown operator "SCMP_CMP_FOO"; the operators are',
  ],
  ['a value in quotes', withCondition({ value: '5' }), 'got the string "5"; numbers stand without quotes'],
  ['a condition that is none', withRule({ args: [1] }), '$.syscalls[0].args[0]: wanted a condition'],
  [
    'seven conditions',
    withRule({ args: Array(7).fill({ index: 0, value: 1, op: 'SCMP_CMP_NE' }) }),
    '$.syscalls[0].args: 7 conditions in one rule: crun uses the first 6',
  ],
  [
    'an unknown architecture',
    { ...ALLOW, architectures: ['SCMP_ARCH_FOO'] },
    '$.architectures[0]: unknown architecture "SCMP_ARCH_FOO"',
  ],
  ["Go's name of an architecture", { ...ALLOW, architectures: ['arm64'] }, 'did you mean SCMP_ARCH_AARCH64?'],
  [
    'an architecture without prefix',
    { ...ALLOW, architectures: ['X86_64'] },
    'did you mean SCMP_ARCH_X86_64?',
  ],
  [
    'NATIVE',
    { ...ALLOW, architectures: ['SCMP_ARCH_NATIVE'] },
    '$.architectures[0]: "SCMP_ARCH_NATIVE" stands in the specification, but runc refuses it',
  ],
  ['PARISC', { ...ALLOW, architectures: ['SCMP_ARCH_PARISC'] }, 'runc refuses it'],
  ['M68K', { ...ALLOW, architectures: ['SCMP_ARCH_M68K'] }, 'runc refuses it'],
  ['SH', { ...ALLOW, architectures: ['SCMP_ARCH_SH'] }, 'runc refuses it'],
  [
    'the other byte order',
    { ...ALLOW, architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_S390X'] },
    '$.architectures[1]: SCMP_ARCH_S390X has another byte order than amd64 and arm64 nodes',
  ],
  ['an unknown flag', { ...ALLOW, flags: ['SECCOMP_FILTER_FLAG_NEW_LISTENER'] }, '$.flags[0]: unknown flag'],
  [
    'a misspelt flag',
    { ...ALLOW, flags: ['SECCOMP_FILTER_FLAG_TSNYC'] },
    'did you mean SECCOMP_FILTER_FLAG_TSYNC?',
  ],
  [
    'NOTIFY without a listener',
    { ...ALLOW, syscalls: [NOTIFY] },
    '$.syscalls[0]: SCMP_ACT_NOTIFY needs "listenerPath"',
  ],
  [
    'NOTIFY on write',
    { ...ALLOW, listenerPath: '/s', syscalls: [{ ...NOTIFY, names: ['write'] }] },
    'SCMP_ACT_NOTIFY cannot be used for write',
  ],
  [
    'a misspelt field',
    { ...ALLOW, syscall: [] },
    '$.syscall: unknown field "syscall" in the profile; did you mean "syscalls"?',
  ],
  [
    'a field in another case',
    { DefaultAction: 'SCMP_ACT_ALLOW' },
    '$.DefaultAction: "DefaultAction" is read as "defaultAction" by runtimes written in Go',
  ],
  ['a field in a case that only Go folds', { ...ALLOW, ſyscalls: [] }, 'is read as "syscalls" by runtimes'],
  ['a misspelt field of a rule', withRule({ errnoret: 13 }), '"errnoret" is read as "errnoRet" by runtimes'],
  [
    'a misspelt field of a condition',
    withCondition({ value2: 3 }),
    '$.syscalls[0].args[0].value2: unknown field',
  ],
  [
    'the errno of a rule at the top',
    { defaultAction: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    '$.errnoRet: "errnoRet" has no meaning in the profile; it belongs in a rule',
  ],
  ['the default errno in a rule', withRule({ defaultErrnoRet: 38 }), 'it belongs at the top'],
  ['a condition without args around it', withRule({ op: 'SCMP_CMP_EQ' }), 'it belongs in "args"'],
];
