// For every code of the catalogue a file that has it: a new code without one does not type-check.

import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import type { KnownFacts } from '../../../../src/profile/facts.ts';
import type { LintCode } from '../../../../src/profile/lint/codes.ts';
import type { PolicyRule } from '../../../../src/profile/policy/policy.ts';

export interface Sample {
  readonly content: string | Uint8Array;
  /** Beside those of an amd64 node of which nothing else is known. */
  readonly facts?: Partial<KnownFacts>;
  readonly policy?: PolicyRule;
}

/** An amd64 node, of which only is known what is given. */
export const nodeWith = (facts: Partial<KnownFacts> = {}): KnownFacts => ({
  architecture: 'amd64',
  dialect: 'docker',
  capabilities: defaultCompileOptions.capabilities,
  minimumKernel: defaultCompileOptions.minimumKernel,
  ...facts,
});

type Fields = Readonly<Record<string, unknown>>;

const sample = (profile: Fields, facts?: Partial<KnownFacts>): Sample => ({
  content: JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', ...profile }),
  ...(facts && { facts }),
});

const rules = (syscalls: readonly Fields[], more: Fields = {}, facts?: Partial<KnownFacts>): Sample =>
  sample({ syscalls: syscalls.map((rule) => ({ names: ['mkdir'], ...rule })), ...more }, facts);

/** One rule, which refuses mkdir where nothing else is said. */
const rule = (fields: Fields, more: Fields = {}, facts?: Partial<KnownFacts>): Sample =>
  rules([{ action: 'SCMP_ACT_ERRNO', ...fields }], more, facts);

const condition = (fields: Fields): Sample => rule({ args: [when(0, 1), fields] });

const when = (index: number, value: number, op = 'SCMP_CMP_EQ'): Fields => ({ index, value, op });

const spo = (spec: string, head = 'metadata: {name: batch}'): Sample => ({
  content: `apiVersion: security-profiles-operator.x-k8s.io/v1\nkind: SeccompProfile\n${head}\nspec:\n  ${spec}\n`,
});

const bytes = (...values: readonly number[]): Sample => ({ content: new Uint8Array(values) });
const text = (content: string): Sample => ({ content });
const judged = (policy: Omit<PolicyRule, 'paths'>): Sample => ({
  ...rule({}),
  policy: { paths: ['*.json'], ...policy },
});

const DENY = { defaultAction: 'SCMP_ACT_ERRNO' };
const ALLOW = { action: 'SCMP_ACT_ALLOW' };
const I386 = { architectures: ['SCMP_ARCH_X86'] };

/** Codes that no profile has: `bundle-path` is the file's name's, `policy-file` the policy's. */
export type ElsewhereCode = 'SP016' | 'SP810';

export const SAMPLES: Readonly<Record<Exclude<LintCode, ElsewhereCode>, Sample>> = {
  SP001: text(' '.repeat(1024 * 1024 + 1)),
  SP002: text(''),
  SP003: bytes(0x7b, 0xff, 0x7d),
  SP004: text('\ufeff{"defaultAction":"SCMP_ACT_LOG"}'),
  SP005: text('{"defaultAction" "SCMP_ACT_LOG"}'),
  SP006: text('{"defaultAction":"SCMP_ACT_LOG",}'),
  SP007: text('// mine\n{"defaultAction":"SCMP_ACT_LOG"}'),
  SP008: text('['.repeat(100)),
  SP009: sample({ flags: Array.from({ length: 1002 }, (_, index) => `FLAG_${index}`) }),
  SP010: spo('defaultAction: [SCMP_ACT_LOG'),
  SP011: spo('<<: {defaultAction: SCMP_ACT_LOG}'),
  SP012: text('{"apiVersion":"v1","kind":"Pod"}'),
  SP013: text('defaultAction: SCMP_ACT_LOG\n'),
  SP014: spo('state: Disabled\n  defaultAction: SCMP_ACT_LOG'),
  SP015: text('---\napiVersion: v1\nkind: List\nitems: []\n'),
  SP020: text('{"defaultAction":"SCMP_ACT_LOG","defaultAction":"SCMP_ACT_ALLOW"}'),
  SP021: text('{"DefaultAction":"SCMP_ACT_LOG"}'),
  SP022: sample({ names: ['mkdir'] }),
  SP023: sample({ sysclals: [] }),
  SP024: sample({ syscalls: {} }),
  SP025: spo('defaultAction: SCMP_ACT_LOG', 'metadata: {}'),
  SP026: spo('defaultAction: SCMP_ACT_LOG\n  baseProfileName: runc-v1.4.2'),
  SP101: text('{}'),
  SP102: text('{"defaultAction":"SCMP_ACT_NOPE"}'),
  SP103: sample({ syscalls: [{ names: ['mkdir'] }] }),
  SP104: condition(when(1, 1, 'SCMP_CMP_LIKE')),
  SP105: sample({ architectures: ['SCMP_ARCH_FOO'] }),
  SP106: sample({ architectures: ['SCMP_ARCH_NATIVE'] }),
  SP107: sample({ flags: ['SECCOMP_FILTER_FLAG_FOO'] }),
  SP108: sample({ flags: ['SECCOMP_FILTER_FLAG_LOG'] }),
  SP109: rule({ errnoRet: 12345 }),
  SP110: rule({ action: 'SCMP_ACT_LOG', errnoRet: 1 }),
  SP111: rule({ errno: 'EFOO' }),
  SP112: sample({ syscalls: [{ action: 'SCMP_ACT_LOG' }] }),
  SP113: rule({ names: [''] }),
  SP114: rule({ name: 'mkdir' }),
  SP115: condition({ index: 1, op: 'SCMP_CMP_EQ' }),
  SP116: rule({ includes: { caps: ['CAP_FLY'] } }),
  SP117: rule({ includes: { arches: ['vax'] } }),
  SP118: rule({ includes: { minKernel: 'new' } }),
  SP119: sample({ flags: ['SECCOMP_FILTER_FLAG_LOG'] }, { runtime: 'runc', runtimeVersion: '1.1.15' }),
  SP201: sample({ colour: 'red' }),
  SP202: rule({ names: ['mkdri'] }),
  SP203: rule({ names: [] }),
  SP204: condition({ ...when(1, 1), valueTwo: 2 }),
  SP205: rule({ args: Array.from({ length: 7 }, (_, index) => when(index % 6, index)) }),
  SP206: condition(when(1, 0, 'SCMP_CMP_MASKED_EQ')),
  SP207: condition({ ...when(1, 1, 'SCMP_CMP_MASKED_EQ'), valueTwo: 3 }),
  SP208: rule({ includes: { caps: ['SYS_ADMIN'] } }),
  SP209: sample({ archMap: ['X86', 'X86'].map((name) => ({ architecture: `SCMP_ARCH_${name}` })) }),
  SP210: rule({ errno: 'EACCES', errnoRet: 1 }),
  SP211: rule({ includes: { caps: ['CAP_CHOWN'] } }),
  SP212: spo('defaultAction: SCMP_ACT_ERRNO\n  defaultErrnoRet: 38'),
  SP213: rule({ errnoRet: 0 }),
  SP214: rule({ names: ['mkdir', 'mkdir'] }),
  SP215: rule({ names: undefined, name: 'mkdir' }, {}, { dialect: 'containerd' }),
  SP216: rule({ names: ['sync_file_range2'] }),
  SP217: rule({ names: ['cachestat'] }, {}, { libseccomp: '2.5.1' }),
  SP218: rule({ includes: { minKernel: '99.0' } }, {}, { dialect: 'cri-o' }),
  SP301: rules([{ action: 'SCMP_ACT_ERRNO' }, { action: 'SCMP_ACT_LOG' }]),
  SP302: rules([{ action: 'SCMP_ACT_ERRNO', args: [when(0, 1)] }, { action: 'SCMP_ACT_LOG' }]),
  SP303: rules(['SCMP_ACT_ERRNO', 'SCMP_ACT_LOG'].map((action) => ({ action, args: [when(0, 1)] }))),
  SP304: rule({ args: [when(0, 1), when(0, 2)] }),
  SP311: rules([
    { action: 'SCMP_ACT_ERRNO', args: [when(0, 1)] },
    { action: 'SCMP_ACT_LOG', args: [when(1, 1)] },
  ]),
  SP312: rules(
    Array.from({ length: 700 }, (_, value) => ({ action: 'SCMP_ACT_ERRNO', args: [when(0, value)] })),
  ),
  SP313: rules(
    [when(0, 2, 'SCMP_CMP_GT'), when(1, 7, 'SCMP_CMP_LE')].map((one) => ({
      action: 'SCMP_ACT_ERRNO',
      args: [one, when(2, 8, 'SCMP_CMP_GE')],
    })),
  ),
  SP314: rules([
    { action: 'SCMP_ACT_ERRNO', args: [when(0, 1)] },
    { ...ALLOW, args: [when(0, 1), when(1, 2)] },
  ]),
  SP315: rule({ ...ALLOW }),
  SP316: rule({ args: [when(0, 0, 'SCMP_CMP_GE')] }),
  SP317: rule({ args: [when(0, 0, 'SCMP_CMP_LT')] }),
  SP318: rules(
    [{ names: ['clone'], action: 'SCMP_ACT_ERRNO', args: [when(0, 1)] }, { action: 'SCMP_ACT_ERRNO' }],
    {},
    { architecture: 'arm64', runtime: 'crun' },
  ),
  SP401: sample({ architectures: ['SCMP_ARCH_S390X'] }),
  SP402: sample({ architectures: ['SCMP_ARCH_RISCV64'] }),
  SP403: rule({ errno: 'EDEADLOCK' }, {}, { architecture: 'mips64le' }),
  SP411: rule({ args: [when(0, 2 ** 32 + 1)] }, I386),
  SP412: rule({ names: ['socket'], args: [when(0, 40)] }, I386),
  SP413: sample({}),
  SP414: sample({ architectures: ['SCMP_ARCH_RISCV64'] }, { runtime: 'runc', runtimeVersion: '1.1.5' }),
  SP501: rule({
    names: ['clone'],
    args: [{ ...when(0, 0x1000_0000, 'SCMP_CMP_MASKED_EQ'), valueTwo: 0x1000_0000 }],
  }),
  SP502: rule({
    names: ['clone'],
    args: [{ ...when(0, 0x1000_0000, 'SCMP_CMP_MASKED_EQ'), valueTwo: 0x1000_0000 }],
  }),
  SP503: rule({ ...ALLOW, names: ['clone', 'read'] }, DENY),
  SP504: rule({ names: ['socket'], args: [when(0, 40)] }),
  SP505: rule({ names: ['mount'] }),
  SP506: rule({ ...ALLOW, names: ['open'] }, DENY, { architecture: 'arm64' }),
  SP507: rule({ ...ALLOW, names: ['bpf'] }, DENY),
  SP508: rule({ ...ALLOW, names: ['vhangup'] }, DENY),
  SP509: sample({}),
  SP510: sample({}),
  SP511: rule({ names: ['uretprobe'] }),
  SP601: sample(DENY),
  SP602: sample(DENY, { runtime: 'crun', noNewPrivileges: true }),
  SP603: rules([{ ...ALLOW, names: ['execve'] }], DENY, { runtime: 'crun', noNewPrivileges: true }),
  SP701: text('{"defaultAction":"SCMP_ACT_NOTIFY"}'),
  SP702: rule({ action: 'SCMP_ACT_NOTIFY' }),
  SP703: rule({ action: 'SCMP_ACT_NOTIFY', names: ['write'] }, { listenerPath: '/run/agent.sock' }),
  SP704: sample({ listenerPath: '/run/agent.sock' }),
  SP705: sample({ listenerMetadata: 'x' }),
  SP706: rule({ action: 'SCMP_ACT_NOTIFY' }, { listenerPath: 'agent.sock' }),
  SP711: sample({ defaultAction: 'SCMP_ACT_LOG' }, { kernel: { major: 4, minor: 9 } }),
  SP712: rule({ action: 'SCMP_ACT_KILL' }),
  SP713: rule({ action: 'SCMP_ACT_TRACE' }),
  SP714: rule({ errnoRet: 2 }, {}, { runtime: 'crun' }),
  SP801: judged({ defaultActions: ['SCMP_ACT_ERRNO'] }),
  SP802: judged({ actions: ['SCMP_ACT_LOG'] }),
  SP803: judged({ forbiddenSyscalls: ['bpf'] }),
  SP804: judged({ conditionalSyscalls: ['clone'] }),
  SP805: judged({ requiredArchitectures: ['SCMP_ARCH_X86'] }),
};
