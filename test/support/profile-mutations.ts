// Files that are nearly profiles: pieces of real ones cut, doubled, swapped and exchanged, and whole ones grown from the
// grammar with values that nobody expects, as JSON and as YAML.
import fc from 'fast-check';
import { stringify } from 'yaml';
import { CAPABILITIES } from '../../src/profile/capabilities.ts';
import { SYSCALL_NAMES } from '../../src/profile/syscalls.ts';

const PIECES = [
  ...'{}[]":,-&*#|>?!%@`\n\t\r 0',
  ...[
    'null',
    'true',
    '""',
    '[]',
    '{}',
    '-1',
    '0',
    '1e9',
    '0x1f',
    '0777',
    '1.5',
    '4095',
    '65536',
    ' *a',
    ' &a ',
  ],
  ...['18446744073709551615', '18446744073709551616', '---\n', '...\n', '<<: ', '// x\n', '/* */', '\\u0000'],
  ...[
    '\\ud800',
    '😀',
    '\u0000',
    '\u2028',
    '\ufeff',
    '"names"',
    '"name":"mkdir",',
    '"defaultAction"',
    'SCMP_ACT_LOG',
  ],
  ...[
    'SCMP_CMP_NE',
    '"args":[{}]',
    '"index":6',
    '"valueTwo":',
    'SCMP_ARCH_S390X',
    '"includes":{"caps":["x"]},',
  ],
];

type Edit = (text: string, other: string) => string;

const range = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(200) });
const cut = (text: string, { at, length }: { at: number; length: number }): [string, string, string] => {
  const start = Math.floor(at * text.length);
  return [text.slice(0, start), text.slice(start, start + length), text.slice(start + length)];
};

const breaking: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(range, fc.constantFrom(...PIECES)).map(
    ([one, piece]): Edit =>
      (text) => {
        const [before, , after] = cut(text, { ...one, length: one.length % 12 });
        return before + piece + after;
      },
  ),
  range.map(
    (one): Edit =>
      (text) => {
        const [before, middle, after] = cut(text, one);
        return before + middle + middle + after;
      },
  ),
  range.map(
    (one): Edit =>
      (text) => {
        const [before, , after] = cut(text, one);
        return before + after;
      },
  ),
  fc.tuple(range, range).map(
    ([one, theirs]): Edit =>
      (text, other) => {
        const [before, , after] = cut(text, one);
        return before + cut(other, theirs)[1] + after;
      },
  ),
);

/** A number or a word for another of the same file: mostly it stays JSON. */
const exchange = fc.tuple(fc.nat(), fc.nat()).map(
  ([from, to]): Edit =>
    (text) => {
      const words = [...text.matchAll(/\w+/g)];
      const [one, another] = [words[from % words.length], words[to % words.length]];
      if (one === undefined || another === undefined) return text;
      return text.slice(0, one.index) + another[0] + text.slice(one.index + one[0].length);
    },
);

/** Some of the given files, each after one to four edits. */
export const mutated = (files: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...files),
      fc.constantFrom(...files),
      fc.oneof(
        fc.array(exchange, { minLength: 1, maxLength: 4 }),
        fc.array(fc.oneof(breaking, exchange), { minLength: 1, maxLength: 4 }),
      ),
    )
    .map(([file, other, edits]) => edits.reduce((text, one) => one(text, other), file));

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    6,
    4095,
    1.5,
    2 ** 53,
    '',
    'x',
    [],
    {},
    [null],
    [[]],
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
/** Mostly what is right there, sometimes anything. */
const orOdd = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: odd });
const word = (prefix: string, ...words: string[]): fc.Arbitrary<unknown> =>
  orOdd(fc.constantFrom(...words).map((one) => prefix + one));

const name = orOdd(fc.constantFrom(...SYSCALL_NAMES, 'no_such_call'));
const action = word(
  'SCMP_ACT_',
  'ALLOW',
  'ERRNO',
  'KILL',
  'KILL_PROCESS',
  'LOG',
  'NOTIFY',
  'TRACE',
  'TRAP',
  'FOO',
);
const seccompArchitecture = word(
  'SCMP_ARCH_',
  'X86_64',
  'X86',
  'X32',
  'AARCH64',
  'ARM',
  'S390X',
  'NATIVE',
  'MIPS',
);
const errno = orOdd(fc.constantFrom(0, 1, 22, 38, 4094, 4095, 65536));
const value = orOdd(fc.oneof(fc.nat(9), fc.constantFrom(0x7e020000, 2 ** 31, 2 ** 32, 2 ** 40)));
const list = (item: fc.Arbitrary<unknown>, maxLength = 4): fc.Arbitrary<unknown> =>
  orOdd(fc.array(item, { maxLength }));
const object = (
  fields: Record<string, fc.Arbitrary<unknown>>,
  ...required: string[]
): fc.Arbitrary<unknown> => orOdd(fc.record(fields, { requiredKeys: required }));

const condition = object(
  {
    index: orOdd(fc.nat(6)),
    value,
    valueTwo: value,
    op: word('SCMP_CMP_', 'EQ', 'NE', 'LT', 'GE', 'MASKED_EQ', 'X'),
  },
  ...['index', 'value', 'op'],
);
const ruleFilter = object({
  caps: list(orOdd(fc.constantFrom(...CAPABILITIES))),
  arches: list(word('', 'amd64', 'arm64', 'x86', 's390x', 'x')),
  minKernel: word('', '4.8', '5', 'x', '6.1.0-rc1'),
});
const OCI_RULE = { names: list(name, 12), action, errnoRet: errno, args: list(condition, 7) };
const rule = object(OCI_RULE, 'names', 'action');
const dockerRule = object(
  {
    ...OCI_RULE,
    name,
    errno: word('', 'EPERM', 'EFOO'),
    includes: ruleFilter,
    excludes: ruleFilter,
    comment: odd,
  },
  'action',
);
const OCI = {
  defaultAction: action,
  defaultErrnoRet: errno,
  architectures: list(seccompArchitecture),
  flags: list(word('SECCOMP_FILTER_FLAG_', 'LOG', 'TSYNC', 'SPEC_ALLOW', 'FOO')),
  listenerPath: odd,
  listenerMetadata: odd,
};
const oci = object({ ...OCI, syscalls: list(rule, 8) }, 'defaultAction', 'syscalls');
const docker = object(
  {
    ...OCI,
    archMap: list(object({ architecture: seccompArchitecture, subArchitectures: list(seccompArchitecture) })),
    defaultErrno: word('', 'EPERM', 'EFOO'),
    syscalls: list(dockerRule, 8),
  },
  'defaultAction',
);
const spo = object(
  {
    apiVersion: word('security-profiles-operator.x-k8s.io/', 'v1', 'v1beta1', 'x'),
    kind: word('', 'SeccompProfile', 'ProfileBinding', 'List'),
    metadata: object({ name: word('', 'a', 'A', '../b') }, 'name'),
    spec: object({ ...OCI, baseProfileName: odd, syscalls: list(rule, 8) }, 'defaultAction'),
    items: odd,
  },
  ...['apiVersion', 'kind', 'metadata', 'spec'],
);

/** A file of one of the formats, as its grammar has it but for a few values. */
export const grown: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.oneof(oci, docker, spo), fc.constantFrom(undefined, 1, '\t'))
    .map(([one, indent]) => JSON.stringify(one, null, indent) ?? ''),
  fc
    .tuple(fc.array(spo, { minLength: 1, maxLength: 2 }), fc.boolean())
    .map(([all, isFlow]) => all.map((one) => (isFlow ? JSON.stringify(one) : stringify(one))).join('---\n')),
);
