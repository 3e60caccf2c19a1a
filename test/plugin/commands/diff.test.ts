// `diff BEFORE AFTER`: what changed, with examples and places, and what the exit code says.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type DiffOptions, diffCommand } from '../../../plugin/commands/diff.ts';
import { SeccompError } from '../../../src/error.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/diff');

const before = `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "architectures": ["SCMP_ARCH_X86"],
  "syscalls": [
    { "names": ["read", "write", "mount", "socket", "tee", "syncfs"], "action": "SCMP_ACT_ALLOW" },
    {
      "names": ["clone"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" }]
    },
    { "names": ["chmod"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 1, "op": "SCMP_CMP_EQ" }] },
    { "names": ["chmod"], "action": "SCMP_ACT_LOG", "args": [{ "index": 1, "value": 2, "op": "SCMP_CMP_EQ" }] }
  ]
}
`;
const after = `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  "flags": ["SECCOMP_FILTER_FLAG_LOG"],
  "syscalls": [
    { "names": ["read", "write", "bpf", "init_module", "finit_module"], "action": "SCMP_ACT_ALLOW" },
    { "names": ["clone", "cachestat", "landlock_create_ruleset"], "action": "SCMP_ACT_ALLOW" },
    { "names": ["tee"], "action": "SCMP_ACT_LOG" },
    {
      "names": ["socket"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 0, "value": 40, "op": "SCMP_CMP_NE" }]
    },
    { "names": ["chmod"], "action": "SCMP_ACT_ALLOW" },
    { "names": ["uselib"], "action": "SCMP_ACT_KILL_PROCESS" }
  ]
}
`;
const files = {
  'before.json': before,
  'after.json': after,
  'same.json': before.replace(/\n */g, ''),
  'mixed.json':
    '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["chmod"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":7,"op":"SCMP_CMP_LE"},{"index":1,"value":8,"op":"SCMP_CMP_GE"}]},{"names":["chmod"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":2,"op":"SCMP_CMP_GT"}]}]}',
  'turned.json':
    '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["chmod"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":2,"op":"SCMP_CMP_GT"}]},{"names":["chmod"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":7,"op":"SCMP_CMP_LE"},{"index":1,"value":8,"op":"SCMP_CMP_GE"}]}]}',
  'none.json': '{"defaultAction":"SCMP_ACT_ERRNO"}',
  'scattered.json': JSON.stringify(
    {
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: ['mkdir', 'rmdir', 'link', 'unlink', 'rename', 'chown', 'symlink', 'readlink'].map(
        (name) => ({
          names: [name],
          action: 'SCMP_ACT_ALLOW',
        }),
      ),
    },
    null,
    2,
  ),
  'wrong.json': '{"defaultAction":"SCMP_ACT_NOPE"}',
};

const run = async (...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside({ files, stdin: before });
  await runCli(['diff', ...args], outside);
  return outside;
};

const ONE_NODE = ['--runtime', 'runc', '--libseccomp', '2.6.1'];

test('flags and arguments arrive', async () => {
  const { before, after, facts, output } = await parseCommand<DiffOptions>(diffCommand, [
    ...['a.json', '-', '--arch', 'arm64', '--runtime', 'crun', '-oyaml'],
  ]);
  assert.equal(
    [before, after, facts.architecture, facts.runtime, output],
    ['a.json', '-', 'arm64', 'crun', 'yaml'],
  );
});

test('two profiles that do the same: exit 0, however they are written', async () => {
  const outside = await run('before.json', 'same.json', ...ONE_NODE);
  assert.is(
    outside.stdoutText(),
    'before.json and same.json do the same on amd64 under runc with libseccomp 2.6.1\n',
  );
  assert.is(outside.exitCode(), 0);
  assert.is((await run('before.json', '-')).exitCode(), 0);
  assert.is((await run('-', 'before.json')).exitCode(), 0);
});

test('changes by kind, the dangerous ones first with what they are dangerous for: exit 1', async () => {
  const outside = await run('before.json', 'after.json');
  matchGolden('diff.txt', outside.stdoutText());
  assert.is(outside.exitCode(), 1);
});

test('on one known node nothing is said of others', async () => {
  matchGolden('diff-one-node.txt', (await run('before.json', 'after.json', ...ONE_NODE)).stdoutText());
});

test('no line is longer than a screen unless a place is', async () => {
  for (const line of (await run('before.json', 'after.json')).stdoutText().split('\n'))
    assert.ok(line.length <= 100, line);
});

test('many rules that change calls alike are told together', async () => {
  assert.is(
    (await run('none.json', 'scattered.json', '--runtime', 'crun')).stdoutText(),
    [
      'none.json -> scattered.json on amd64 under crun',
      '',
      'Newly let through: 8 calls',
      '  ERRNO 1 (EPERM) -> ALLOW  none.json:1:18 -> many rules of scattered.json',
      '      rename mkdir rmdir link unlink symlink readlink chown',
      '',
    ].join('\n'),
  );
});

test('-o json says the same with its type', async () => {
  const document = JSON.parse((await run('before.json', 'after.json', ...ONE_NODE, '-ojson')).stdoutText());
  assert.is(document.kind, 'ProfileDiff');
  assert.is(document.answer, 'differs');
  assert.equal(document.addedArchitectures, ['SCMP_ARCH_X32']);
  assert.equal(document.settings, [
    { name: 'flags', before: 'SECCOMP_FILTER_FLAG_SPEC_ALLOW', after: 'SECCOMP_FILTER_FLAG_LOG' },
  ]);
  const clone = document.changes.find(
    (change: { syscall: string; architecture: string }) =>
      change.syscall === 'clone' && change.architecture === 'SCMP_ARCH_X86_64',
  );
  assert.equal(clone, {
    kind: 'wider',
    architecture: 'SCMP_ARCH_X86_64',
    syscall: 'clone',
    number: 56,
    always: false,
    example: { a0: '0x10000000' },
    risk: clone.risk,
    before: {
      action: 'SCMP_ACT_ERRNO',
      errno: 1,
      errnoName: 'EPERM',
      by: 'default',
      place: { line: 2, column: 20, path: '$.defaultAction' },
      certainty: 'exact',
    },
    after: {
      action: 'SCMP_ACT_ALLOW',
      by: 'rule',
      place: { line: 7, column: 5, path: '$.syscalls[1]' },
      certainty: 'exact',
    },
    everywhere: true,
    nodes: [{ runtime: 'runc', libseccomp: ['2.6.1'] }],
  });
  assert.is(clone.risk.rank, 'dangerous');
});

test('what only libseccomp knows is not told: exit 2', async () => {
  const outside = await run('mixed.json', 'turned.json');
  assert.match(
    outside.stdoutText(),
    'Could not tell, as libseccomp decides which of several rules counts: 1 call',
  );
  assert.is(outside.exitCode(), 2);
  assert.is((await run('mixed.json', 'mixed.json')).exitCode(), 0);
});

test('a file with errors, and two standard inputs, are refused: exit 2', async () => {
  for (const [args, message] of [
    [['before.json', 'wrong.json'], '"wrong.json" has errors'],
    [['-', '-'], 'only one of the two profiles can be read from standard input'],
  ] as const) {
    const outside = fakeOutside({ files, stdin: before });
    try {
      await runCli(['diff', ...args], outside);
      assert.unreachable();
    } catch (thrown) {
      assert.instance(thrown, SeccompError);
      assert.match((thrown as SeccompError).message, message);
      assert.is(outside.exitCode(), 2);
    }
  }
});

test.run();
