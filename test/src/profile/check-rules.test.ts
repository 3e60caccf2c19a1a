// How rules on one system call meet, as libseccomp puts them together.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { prepareValue, problemsOf } from './prepare-sample.ts';

const test = suite('src/profile/check-rules');

const errno = (errnoRet: number) => ({ action: 'SCMP_ACT_ERRNO', errnoRet });
const log = { action: 'SCMP_ACT_LOG' };
const when = (index: number, value: number, op = 'SCMP_CMP_EQ') => ({ index, value, op });

const check = (rules: readonly object[], defaultAction: object = { defaultAction: 'SCMP_ACT_ALLOW' }) => {
  const prepared = prepareValue({
    ...defaultAction,
    syscalls: rules.map((rule) => ({ names: ['mkdir'], ...rule })),
  });
  return { errors: problemsOf(prepared, 'error'), warnings: problemsOf(prepared, 'warning') };
};

test('one condition with two actions is an error, as no runtime starts with it', () => {
  const { errors } = check([
    { ...errno(1), args: [when(0, 5)] },
    { ...log, args: [when(0, 5)] },
  ]);
  assert.equal(errors, [
    '$.syscalls[1]: "mkdir": SCMP_ACT_LOG here and SCMP_ACT_ERRNO 1 in an earlier rule, under the very same condition; no runtime starts a container with both',
  ]);
});

test('two errnos are two actions, and the order of conditions does not matter', () => {
  const { errors } = check([
    { ...errno(1), args: [when(0, 5), when(1, 6)] },
    { ...errno(2), args: [when(1, 6), when(0, 5)] },
  ]);
  assert.is(errors.length, 1);
});

test('the same action twice, another value, another operator or another argument are no contradiction', () => {
  for (const other of [
    errno(1),
    { ...log, args: [when(0, 6)] },
    { ...log, args: [when(0, 5, 'SCMP_CMP_NE')] },
    { ...log, args: [when(1, 5)] },
  ]) {
    assert.equal(
      check([
        { ...errno(1), args: [when(0, 5)] },
        { args: [when(0, 5)], ...other },
      ]).errors,
      [],
    );
  }
});

test('conditions of a rule that tests an argument twice stand alone', () => {
  const { errors } = check([
    { ...errno(1), args: [when(0, 5)] },
    { ...log, args: [when(0, 5), when(0, 6)] },
  ]);
  assert.is(errors.length, 1);
});

test('a rule that says what the default says is left out by runtimes and contradicts nothing', () => {
  assert.equal(
    check([
      { ...errno(1), args: [when(0, 5)] },
      { action: 'SCMP_ACT_ALLOW', args: [when(0, 5)] },
    ]).errors,
    [],
  );
  const byDefault = { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 };
  assert.equal(
    check(
      [
        { ...log, args: [when(0, 5)] },
        { ...errno(38), args: [when(0, 5)] },
      ],
      byDefault,
    ).errors,
    [],
  );
  assert.is(
    check(
      [
        { ...log, args: [when(0, 5)] },
        { ...errno(1), args: [when(0, 5)] },
      ],
      byDefault,
    ).errors.length,
    1,
  );
});

test('what comes after an unconditional rule never happens: a warning, once for all its names', () => {
  const { errors, warnings } = check([
    { ...errno(1), names: ['mkdir', 'mkdirat'] },
    { ...log, names: ['mkdir', 'mkdirat', 'rmdir'] },
  ]);
  assert.equal(errors, []);
  assert.equal(warnings, [
    '$.syscalls[1]: "mkdir", "mkdirat": SCMP_ACT_LOG never happens, as an earlier rule says SCMP_ACT_ERRNO 1 without condition',
  ]);
});

test('an unconditional rule undoes the conditional ones before it: a warning', () => {
  const { warnings } = check([{ ...errno(1), args: [when(0, 5)] }, log]);
  assert.equal(warnings, [
    '$.syscalls[1]: "mkdir": this rule has no condition and undoes earlier ones that have (SCMP_ACT_ERRNO 1)',
  ]);
});

test('a rule whose conditions begin an earlier one with another action is an error: libseccomp refuses it', () => {
  const long = { ...errno(1), args: [when(0, 5), when(1, 6), when(2, 7)] };
  for (const args of [[when(0, 5)], [when(1, 6), when(0, 5)]]) {
    assert.equal(check([long, { ...log, args }]).errors, [
      '$.syscalls[1]: "mkdir": SCMP_ACT_LOG here and SCMP_ACT_ERRNO 1 in an earlier rule, which has these conditions and more; no runtime starts a container with both',
    ]);
    assert.equal(check([{ ...log, args }, long]).errors, []);
    assert.equal(check([long, { ...errno(1), args }]).errors, []);
  }
  for (const args of [[when(1, 6)], [when(1, 6), when(2, 7)], [when(0, 5), when(2, 7)]]) {
    assert.equal(check([long, { ...log, args }]).errors, []);
  }
});

for (const [names, through] of [
  [['socket'], 'socketcall'],
  [['semget'], 'ipc'],
  [['msgsnd'], 'ipc'],
  [['shmat'], 'ipc'],
] as const) {
  test(`${names}: with i386 in the filter, ${through} carries it, and what seemed to be apart is not`, () => {
    const rules = [
      { ...errno(1), names, args: [when(0, 5)] },
      { ...errno(2), names },
    ];
    const i386 = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86'] };
    assert.equal(check(rules).errors, []);
    assert.equal(check(rules, i386).errors, [
      `$.syscalls[1]: "${names}": SCMP_ACT_ERRNO 2 here and SCMP_ACT_ERRNO 1 in an earlier rule, under the very same condition (on SCMP_ARCH_X86, through ${through}, which hides argument 0); no runtime starts a container with both`,
    ]);
    assert.match(check([rules[1]!, rules[0]!], i386).errors[0]!, `through ${through}`);
    assert.equal(check([rules[0]!, { ...errno(1), names }], i386).errors, []);
  });
}

test('conditions that are one in 32 bits contradict each other where i386 is in the filter', () => {
  const rules = [
    { ...errno(1), args: [when(0, 5)] },
    { ...errno(2), args: [when(0, 2 ** 32 + 5)] },
  ];
  assert.equal(check(rules).errors, []);
  const i386 = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86'] };
  assert.match(check(rules, i386).errors[0]!, 'under the very same condition (on SCMP_ARCH_X86)');
});

test('what is so on several architectures is told once, and not again where it is so on the node itself', () => {
  const many = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] };
  const { warnings } = check([errno(1), log], many);
  assert.is(warnings.length, 1);
  assert.not.match(warnings[0]!, 'SCMP_ARCH');
  const narrow = [5, 2 ** 32 + 5].map((value, index) => ({ ...errno(index + 1), args: [when(0, value)] }));
  const { errors } = check(narrow, many);
  assert.is(errors.length, 1);
  assert.match(errors[0]!, 'under the very same condition (on SCMP_ARCH_X86; SCMP_ARCH_X32); no runtime');
});

test('KILL and KILL_THREAD are one action', () => {
  assert.equal(check([{ action: 'SCMP_ACT_KILL' }, { action: 'SCMP_ACT_KILL_THREAD' }]).warnings, []);
});

test('rules that no architecture sees together do not contradict each other', () => {
  const conditional = { args: [when(0, 5)] };
  const { errors } = check([
    { ...errno(1), ...conditional, includes: { arches: ['amd64'] } },
    { ...log, ...conditional, includes: { arches: ['arm64'] } },
  ]);
  assert.equal(errors, []);
});

test('on several architectures a name is told once for each kind of fault of a rule', () => {
  // Conditions cut to 32 bits: what is one of several there is the same, or always so.
  const cut = { ...errno(1), args: [when(2, 2 ** 32, 'SCMP_CMP_MASKED_EQ')] };
  const { warnings } = check(
    [
      { ...cut, names: ['accept', 'mkdir'] },
      { ...log, names: ['accept', 'mkdir'] },
    ],
    { defaultAction: 'SCMP_ACT_KILL', architectures: ['SCMP_ARCH_ARM', 'SCMP_ARCH_X86'] },
  );
  const named = warnings
    .filter((text) => text.includes('never happens'))
    .flatMap((text) => [...text.matchAll(/"(\w+)"/g)].map((match) => match[1]));
  assert.equal(named, ['accept', 'mkdir']);
  const undone = [
    { action: 'SCMP_ACT_KILL', args: [when(2, 1)] },
    { names: ['accept'], action: 'SCMP_ACT_ALLOW', args: [when(2, 0)] },
    { ...log },
  ].map((rule) => ({ names: ['socketcall'], ...rule }));
  const told = check(undone, { defaultAction: 'SCMP_ACT_ERRNO', architectures: ['SCMP_ARCH_X86'] });
  assert.is(told.warnings.filter((text) => text.includes('undoes')).length, 1);
});

test.run();
