// Every odd value of reference tables on runtimes, one by one: what is an error, what a warning, what is fine, and where.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  prepareText,
  prepareValue,
  problemsOf,
  renderedProblems,
  withCondition,
  withRule,
} from './prepare-sample.ts';
import { REFUSED } from './refused-values.ts';

const test = suite('src/profile/read-profile');

const ALLOW = { defaultAction: 'SCMP_ACT_ALLOW' };
const NOTIFY = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' };

for (const [title, profile, wanted] of REFUSED) {
  test(`${title} is an error`, () => {
    const prepared = prepareValue(profile);
    const found = problemsOf(prepared, 'error');
    assert.ok(
      found.some((line) => line.includes(wanted)),
      found.join('\n') || 'no error',
    );
    assert.equal(prepared.profiles, []);
  });
}

const warnings: readonly (readonly [string, unknown, string])[] = [
  ['an errno of 0', withRule({ errnoRet: 0 }), '$.syscalls[0].errnoRet: with errno 0 the call is not made'],
  [
    'a default errno of 0',
    { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 0 },
    '$.defaultErrnoRet: with errno 0',
  ],
  [
    'an empty list of names',
    withRule({ names: [] }),
    '$.syscalls[0].names: a rule without names has no effect',
  ],
  [
    'a name that cannot be one',
    withRule({ names: ['MkDir'] }),
    '$.syscalls[0].names[0]: "MkDir" does not look like a system call',
  ],
  [
    'one argument twice',
    withRule({
      args: [
        { index: 1, value: 1, op: 'SCMP_CMP_NE' },
        { index: 1, value: 2, op: 'SCMP_CMP_NE' },
      ],
    }),
    '$.syscalls[0].args: argument 1 is tested twice',
  ],
  [
    'a second value without use',
    withCondition({ valueTwo: 3 }),
    '$.syscalls[0].args[0].valueTwo: "valueTwo" has no meaning with SCMP_CMP_EQ',
  ],
  [
    'a mask of 0',
    withCondition({ op: 'SCMP_CMP_MASKED_EQ', value: 0 }),
    '$.syscalls[0].args[0]: a mask ("value") of 0',
  ],
  [
    'a datum outside its mask',
    withCondition({ op: 'SCMP_CMP_MASKED_EQ', value: 1, valueTwo: 3 }),
    '$.syscalls[0].args[0].valueTwo: 3 has bits outside the mask 1',
  ],
  [
    'a flag that runc 1.1 refuses',
    { ...ALLOW, flags: ['SECCOMP_FILTER_FLAG_LOG'] },
    '$.flags[0]: SECCOMP_FILTER_FLAG_LOG: runc 1.1 and older refuses',
  ],
  [
    'a flag that is new',
    { ...ALLOW, flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'] },
    'runc before 1.5 refuses',
  ],
  [
    'an architecture that older runcs do not know',
    { ...ALLOW, architectures: ['SCMP_ARCH_LOONGARCH64'] },
    '$.architectures[0]: SCMP_ARCH_LOONGARCH64: runc up to 1.2 and libseccomp before 2.6 refuse',
  ],
  [
    'a listener that nobody calls',
    { ...ALLOW, listenerPath: '/run/a.sock' },
    '$.listenerPath: no rule notifies',
  ],
  [
    'a listener with a relative path',
    { ...ALLOW, listenerPath: 'a.sock', syscalls: [NOTIFY] },
    '"a.sock" is not an absolute path',
  ],
  [
    'metadata for nobody',
    { ...ALLOW, listenerMetadata: 'x' },
    '"listenerMetadata" has no meaning without "listenerPath"',
  ],
  [
    'an unknown field',
    { ...ALLOW, version: 2 },
    '$.version: unknown field "version" in the profile: runtimes pass it over',
  ],
];

for (const [title, profile, wanted] of warnings) {
  test(`${title} is a warning and nothing more`, () => {
    const prepared = prepareValue(profile);
    assert.equal(problemsOf(prepared, 'error'), []);
    const found = problemsOf(prepared, 'warning');
    assert.ok(
      found.some((line) => line.includes(wanted)),
      found.join('\n') || 'no warning',
    );
    assert.is(prepared.profiles.length, 1);
  });
}

const fine: readonly (readonly [string, unknown])[] = [
  ['a profile without rules', ALLOW],
  ['null where a list may stand', { ...ALLOW, syscalls: null, architectures: null }],
  ['the largest errno', withRule({ errnoRet: 4094 })],
  ['an errno with TRACE', withRule({ action: 'SCMP_ACT_TRACE', errnoRet: 5 })],
  [
    'six conditions',
    withRule({ args: [0, 1, 2, 3, 4, 5].map((index) => ({ index, value: 1, op: 'SCMP_CMP_EQ' })) }),
  ],
  ['null for no conditions', withRule({ args: null })],
  ['a mask whose datum was left out', withCondition({ op: 'SCMP_CMP_MASKED_EQ', value: 1 })],
  [
    'every action',
    {
      ...ALLOW,
      listenerPath: '/s',
      syscalls: ['KILL', 'KILL_THREAD', 'KILL_PROCESS', 'TRAP', 'ERRNO', 'TRACE', 'LOG', 'NOTIFY'].map(
        (action) => ({
          names: ['mkdir'].map((name) => name + action.toLowerCase()),
          action: `SCMP_ACT_${action}`,
        }),
      ),
    },
  ],
  [
    'every architecture of one byte order',
    {
      ...ALLOW,
      architectures: ['X86', 'X86_64', 'X32', 'ARM', 'AARCH64', 'MIPSEL', 'MIPSEL64', 'MIPSEL64N32'].map(
        (name) => `SCMP_ARCH_${name}`,
      ),
    },
  ],
  ['one architecture twice', { ...ALLOW, architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86_64'] }],
  ['no flags', { ...ALLOW, flags: [] }],
  [
    'remarks',
    { ...ALLOW, _comment: 'why', $schema: 'x', '//': 'y', description: 'z', comment: { a: 1, A: 2 } },
  ],
];

for (const [title, profile] of fine) {
  test(`${title}: nothing to say`, () => {
    assert.equal(renderedProblems(prepareValue(profile)), []);
  });
}

test('values are exact up to 2^64-1, and one more is refused', () => {
  const text = (value: string): string =>
    JSON.stringify(withCondition({ value: 0 })).replace('"value":0', `"value":${value}`);
  assert.equal(renderedProblems(prepareText(text('18446744073709551615'))), []);
  assert.match(renderedProblems(prepareText(text('18446744073709551616')))[0]!, 'got 18446744073709551616');
  assert.match(renderedProblems(prepareText(text('1e3')))[0]!, 'written as plain digits, got 1e3');
});

test('a field that stands twice is refused, also in two cases, and also when nested', () => {
  assert.equal(
    renderedProblems(prepareText('{"defaultAction":"SCMP_ACT_KILL","defaultAction":"SCMP_ACT_ALLOW"}')),
    [
      'profile.json:1:34: error: "defaultAction" stands twice in the profile: runtimes differ in which one they use [SP020]',
    ],
  );
  assert.match(
    renderedProblems(prepareText('{"defaultAction":"SCMP_ACT_ALLOW","Syscalls":[],"syscalls":[]}')).join(
      '\n',
    ),
    'stands twice',
  );
  const nested =
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","action":"SCMP_ACT_TRAP"}]}';
  assert.equal(problemsOf(prepareText(nested), 'error').length, 1);
});

test('all problems of a file come at once, in the order of the file', () => {
  const text = `{
  "defaultAction": "SCMP_ACT_DENY",
  "architectures": ["amd64"],
  "syscalls": [
    {"names": [""], "action": "SCMP_ACT_ALOW", "args": [{"index": 9, "value": -1, "op": "=="}]},
    {"nmaes": ["read"], "action": "SCMP_ACT_ALLOW", "errnoRet": 1}
  ],
}`;
  const lines = renderedProblems(prepareText(text)).map((line) => line.split(': ')[0]);
  assert.equal(
    lines,
    ['2:20', '3:21', '5:16', '5:31', '5:67', '5:79', '5:89', '6:5', '6:6', '6:65', '7:4'].map(
      (at) => `profile.json:${at}`,
    ),
  );
});

test.run();
