// Odd profiles on two real runcs: the battery of the oracle again on newer versions, and what rules do to each other.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import type { Problem, Severity } from '../../src/profile/problem.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { type Containers, findRuncs, HERE, prepareContainers, type Runc } from './runc.ts';

const test = suiteThatNeeds('runtime/odd-profiles', ['linux', 'root', 'runc', 'cc', 'shared']);

let containers: Containers;
let runcs: readonly Runc[];
test.before(() => {
  containers = prepareContainers();
  runcs = findRuncs();
});
test.after(() => containers?.remove());

const judge = (text: string): readonly Problem[] =>
  prepareFile(new TextEncoder().encode(text), 'f', 'f', { ...defaultCompileOptions, architectures: [HERE] })
    .problems;
const has = (text: string, severity: Severity): boolean =>
  judge(text).some((problem) => problem.severity === severity);

/** runc starts with these, and still they are errors. */
const ERRORS_THOUGH_STARTED: Readonly<Record<string, string>> = {
  'missing default, no syscalls': 'runc takes {} for no filter at all; crun refuses it',
  'names missing': 'crun refuses it',
  'errnoRet 65536': 'cut to 16 bits: the call "succeeds" without being done',
  'errnoRet 65549': 'cut to 16 bits: another errno than the file says',
  'errnoRet on ALLOW rule': 'crun refuses it',
  'dup json key defaultAction': 'crun up to 1.21 takes the first, runc the last',
};

/** runc refuses these, and still they have no error. */
const REFUSED_WITHOUT_ERROR: Readonly<Record<string, string>> = {
  'arch SCMP_ARCH_LOONGARCH64': 'runc up to 1.2 and libseccomp before 2.6 refuse it: a warning says so',
  'flag WAIT_KILLABLE_RECV': 'runc before 1.5 refuses it: a warning says so',
  'listenerPath missing sock': 'right but for the socket, which may exist on the node',
};

test('runc takes and refuses the battery as is judged here', async () => {
  const lines = readFileSync(join(process.env.SECCOMP_SHARED ?? '', 'oracle/runtime-battery.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const errors = new Set<string>();
  const refused = new Set<string>();
  const starved: string[] = [];
  for (const line of lines) {
    const { name, profile } = JSON.parse(line) as { name: string; profile: string };
    for (const runc of runcs) {
      const { kind, output } = await containers.run(runc, profile);
      if (kind === 'refused' && !has(profile, 'error')) refused.add(name);
      if (kind !== 'refused' && has(profile, 'error')) errors.add(name);
      if (kind === 'starved') starved.push(`${name} on ${runc.version}: ${output}`);
    }
  }
  assert.equal([...errors].sort(), Object.keys(ERRORS_THOUGH_STARTED).sort(), starved.join('\n'));
  assert.equal([...refused].sort(), Object.keys(REFUSED_WITHOUT_ERROR).sort());
});

const when = (value: number, op = 'SCMP_CMP_EQ', index = 2) => ({ index, value, op });
const errno = (errnoRet: number, ...args: object[]) => ({
  names: ['mkdirat'],
  action: 'SCMP_ACT_ERRNO',
  errnoRet,
  args,
});
const MODE = 0o755;
const named = (name: string, ...rules: object[]): object[] =>
  rules.map((rule) => ({ ...rule, names: [name] }));

for (const [title, rules, expected] of [
  ['one condition with two actions is refused', [errno(2, when(MODE)), errno(3, when(MODE))], 'refused'],
  [
    'the same with conditions in another order is refused',
    [errno(2, when(MODE), when(1, 'SCMP_CMP_NE', 0)), errno(3, when(1, 'SCMP_CMP_NE', 0), when(MODE))],
    'refused',
  ],
  [
    'the same against one of a split rule is refused',
    [errno(2, when(MODE)), errno(3, when(MODE), when(1))],
    'refused',
  ],
  ['the same condition with the same action starts', [errno(2, when(MODE)), errno(2, when(MODE))], 2],
  [
    'the default action under the same condition starts',
    [errno(2, when(MODE)), { names: ['mkdirat'], action: 'SCMP_ACT_ALLOW', args: [when(MODE)] }],
    2,
  ],
  ['another operator starts', [errno(2, when(MODE)), errno(3, when(MODE, 'SCMP_CMP_GT'))], 2],
  [
    'after an unconditional rule nothing counts, and nothing contradicts',
    [errno(2), errno(3, when(MODE)), errno(4, when(MODE))],
    2,
  ],
  ['an unconditional rule undoes those before it', [errno(2, when(MODE)), errno(3)], 3],
] as const) {
  test(`${title}, and is judged so`, async () => {
    const text = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: rules });
    assert.is(has(text, 'error'), expected === 'refused', JSON.stringify(judge(text)));
    for (const runc of runcs) {
      const outcome = await containers.run(runc, text, 'mkdir');
      assert.is(
        outcome.kind === 'started' ? outcome.code : outcome.kind,
        expected,
        `${runc.version}: ${outcome.output}`,
      );
    }
  });
}

/** Rules on calls that nothing of the container makes, so that it starts where runc takes them. */
for (const [title, rules, architectures] of [
  [
    'more conditions, then only the first of them',
    [errno(2, when(1, undefined, 0), when(5)), errno(3, when(1, undefined, 0))],
    [],
  ],
  [
    'more conditions, then only the last of them',
    [errno(2, when(1, undefined, 0), when(5)), errno(3, when(5))],
    [],
  ],
  [
    'one condition, then more',
    [errno(3, when(1, undefined, 0)), errno(2, when(1, undefined, 0), when(5))],
    [],
  ],
  ...['socket', 'connect', 'semget', 'semop', 'msgsnd', 'shmat'].flatMap((name) =>
    [
      ['a condition on argument 0, then none', named(name, errno(2, when(1, undefined, 0)), errno(3))],
      ['no condition, then one on argument 0', named(name, errno(3), errno(2, when(1, undefined, 0)))],
      ['a condition on argument 1, then none', named(name, errno(2, when(1, undefined, 1)), errno(3))],
      ['no condition, then one on argument 1', named(name, errno(3), errno(2, when(1, undefined, 1)))],
      ['no condition twice', named(name, errno(3), errno(2))],
      [
        'two conditions on argument 1',
        named(name, errno(3, when(1, undefined, 1)), errno(2, when(2, undefined, 1))),
      ],
    ].flatMap(([what, made]) =>
      [[], ['SCMP_ARCH_X86']].map((archs) => [`${name}: ${what}`, made, archs] as const),
    ),
  ),
  [
    'socketcall and socket',
    [...named('socketcall', errno(3, when(1, undefined, 0))), ...named('socket', errno(2))],
    ['SCMP_ARCH_X86'],
  ],
  ...[[], ['SCMP_ARCH_X86']].map(
    (archs) =>
      [
        'two values that are one in 32 bits',
        named('kill', errno(3, when(5, undefined, 0)), errno(2, when(2 ** 32 + 5, undefined, 0))),
        archs,
      ] as const,
  ),
  [
    'socketcall for all and socket',
    [...named('socketcall', errno(3)), ...named('socket', errno(2))],
    ['SCMP_ARCH_X86'],
  ],
] as const) {
  test(`${title}, with ${architectures.join() || 'no other architecture'}: judged as runc does`, async () => {
    const text = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', architectures, syscalls: rules });
    for (const runc of runcs) {
      const { kind, output } = await containers.run(runc, text);
      assert.is(
        has(text, 'error'),
        kind === 'refused',
        `${runc.version}: ${output}\n${JSON.stringify(judge(text))}`,
      );
    }
  });
}

test('values beyond 2^53 arrive at the kernel to the last digit', async () => {
  const text = (value: string): string =>
    `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":7,"comment":"","args":[{"index":0,"value":${value},"op":"SCMP_CMP_EQ"}]}]}`;
  for (const [value, code] of [
    ['18446744073709551516', 7],
    ['18446744073709551517', 0],
  ] as const) {
    const prepared = prepareFile(new TextEncoder().encode(text(value)), 'f', 'f', defaultCompileOptions);
    assert.is(prepared.profiles[0]?.format, 'docker');
    const compiled = new TextDecoder().decode(prepared.profiles[0]!.builds[0]!.content);
    // The program asks for AT_FDCWD, which is -100.
    for (const runc of runcs) assert.is((await containers.run(runc, compiled, 'mkdir')).code, code, value);
  }
});

test.run();
