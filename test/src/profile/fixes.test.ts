// Fixes change nothing but what they mend, and never what runtimes make of a file.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyFixes } from '../../../src/profile/fixes.ts';
import type { PreparedFile } from '../../../src/profile/prepared.ts';
import { prepareText } from './prepare-sample.ts';

const test = suite('src/profile/fixes');

/** Mends a text until nothing is left that can be. */
const mend = (text: string): { readonly text: string; readonly prepared: PreparedFile } => {
  let mended = text;
  for (let round = 0; round < 20; round += 1) {
    const prepared = prepareText(mended);
    const next = applyFixes(mended, prepared.problems);
    if (next.problems.length === 0) return { text: mended, prepared };
    mended = next.text;
  }
  throw new Error(`there is no end to it: ${mended}`);
};

const OPEN = '{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO"';

for (const [what, before, after] of [
  ['the case of an action', '{"defaultAction": "scmp_act_allow"}', '{"defaultAction": "SCMP_ACT_ALLOW"}'],
  ['the prefix of an action', '{ "defaultAction" : "Errno" }', '{ "defaultAction" : "SCMP_ACT_ERRNO" }'],
  [
    'architectures',
    '{"defaultAction":"SCMP_ACT_LOG","architectures":["x86_64", "ARCH_x86", "arm64"]}',
    '{"defaultAction":"SCMP_ACT_LOG","architectures":["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_AARCH64"]}',
  ],
  [
    'flags',
    '{"defaultAction":"SCMP_ACT_LOG","flags":["log"]}',
    '{"defaultAction":"SCMP_ACT_LOG","flags":["SECCOMP_FILTER_FLAG_LOG"]}',
  ],
  [
    'operators',
    `${OPEN},"args":[{"index":0,"value":1,"op":"=="},{"index":1,"value":1,"op":"ge"}]}]}`,
    `${OPEN},"args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"},{"index":1,"value":1,"op":"SCMP_CMP_GE"}]}]}`,
  ],
  [
    'numbers in quotes and hexadecimal ones',
    `${OPEN},"args":[{"index":"0","value":0x7E020000,"op":"SCMP_CMP_EQ"}]}]}`,
    `${OPEN},"args":[{"index":0,"value":2114060288,"op":"SCMP_CMP_EQ"}]}]}`,
  ],
  ['field names', '{"DefaultAction":"SCMP_ACT_LOG"}', '{"defaultAction":"SCMP_ACT_LOG"}'],
  [
    'commas',
    '{"defaultAction":"SCMP_ACT_LOG","flags":[],\n}',
    '{"defaultAction":"SCMP_ACT_LOG","flags":[]\n}',
  ],
  ['a byte order mark', '\ufeff{"defaultAction":"SCMP_ACT_LOG"}', '{"defaultAction":"SCMP_ACT_LOG"}'],
  [
    'names that stand twice, the last and the one before it',
    OPEN.replace('["mkdir"]', '["mkdir", "rmdir",\n  "mkdir", "rmdir"]').concat('}]}'),
    OPEN.replace('["mkdir"]', '["mkdir", "rmdir"]').concat('}]}'),
  ],
  [
    'an errno without use, behind and before other fields',
    '{"defaultErrnoRet": 1,\n "defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW", "errnoRet": 3}]}',
    '{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW"}]}',
  ],
] as const) {
  test(`${what}: mended, and nothing else`, () => {
    const { text, prepared } = mend(before);
    assert.is(text, after);
    assert.is(prepared.problems.filter(({ severity }) => severity === 'error').length, 0);
  });
}

const yaml = (spec: string): string =>
  `apiVersion: security-profiles-operator.x-k8s.io/v1\nkind: SeccompProfile\nmetadata: {name: a}\nspec:\n${spec}`;

for (const [what, before, after] of [
  ['a plain word', '  defaultAction: log # all\n', '  defaultAction: SCMP_ACT_LOG # all\n'],
  ['a word in quotes', "  defaultAction: 'log'\n", "  defaultAction: 'SCMP_ACT_LOG'\n"],
  [
    'a name that stands twice in a block',
    '  defaultAction: SCMP_ACT_LOG\n  syscalls:\n  - action: SCMP_ACT_ERRNO\n    names:\n    - mkdir\n    - mkdir\n    - rmdir\n',
    '  defaultAction: SCMP_ACT_LOG\n  syscalls:\n  - action: SCMP_ACT_ERRNO\n    names:\n    - mkdir\n    - rmdir\n',
  ],
  [
    'an errno without use in a block',
    '  defaultAction: SCMP_ACT_LOG\n  syscalls:\n  - names: [mkdir]\n    errnoRet: 1\n    action: SCMP_ACT_ALLOW\n',
    '  defaultAction: SCMP_ACT_LOG\n  syscalls:\n  - names: [mkdir]\n    action: SCMP_ACT_ALLOW\n',
  ],
] as const) {
  test(`YAML: ${what}`, () => assert.is(mend(yaml(before)).text, yaml(after)));
}

for (const [what, text] of [
  ['a misspelt action', '{"defaultAction":"SCMP_ACT_ALOW"}'],
  ['a sign that could be either way round', `${OPEN},"args":[{"index":0,"value":1,"op":"&="}]}]}`],
  ['a comment', '{"defaultAction":"SCMP_ACT_LOG"/* all */}'],
  [
    'two fields of which one is in another case',
    '{"defaultAction":"SCMP_ACT_LOG","DefaultAction":"SCMP_ACT_LOG"}',
  ],
  ['a number that is too large', `${OPEN},"errnoRet":"99999"}]}`],
  [
    'a name with a comment',
    yaml(
      '  defaultAction: SCMP_ACT_LOG\n  syscalls:\n  - action: SCMP_ACT_ERRNO\n    names:\n    - mkdir # a\n    - mkdir\n',
    ),
  ],
  [
    'what an alias stands for',
    yaml(
      '  defaultAction: SCMP_ACT_LOG\n  syscalls:\n  - action: SCMP_ACT_ERRNO\n    names: [&one mkdir, *one]\n',
    ),
  ],
] as const) {
  test(`${what} is left to people`, () => {
    assert.is(mend(text).text, text);
    assert.ok(prepareText(text).problems.length > 0);
  });
}

test('a file that runtimes take is never changed in what they make of it', () => {
  const names = fc.array(fc.constantFrom('read', 'mkdir', 'rmdir'), { minLength: 1, maxLength: 6 });
  const rule = fc.record({ names, action: fc.constantFrom('SCMP_ACT_ERRNO', 'SCMP_ACT_KILL') });
  const space = fc.constantFrom(undefined, 2, '\t');
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 4 }), space, (syscalls, indent) => {
      const text = JSON.stringify({ defaultAction: 'SCMP_ACT_LOG', syscalls }, null, indent);
      const rules = (JSON.parse(mend(text).text) as { syscalls: typeof syscalls }).syscalls;
      assert.equal(
        rules,
        syscalls.map((one) => ({ ...one, names: [...new Set(one.names)] })),
      );
    }),
  );
});

test.run();
