// `eval FILE SYSCALL`: the answer in words, its place in the file, and what the exit code says.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type EvalOptions, evalCommand } from '../../../plugin/commands/eval.ts';
import { SeccompError } from '../../../src/error.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/eval');

const files = {
  'web.json': `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrnoRet": 13,
  "syscalls": [
    { "names": ["read", "mkdir", "cachestat"], "action": "SCMP_ACT_ALLOW" },
    {
      "names": ["clone"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" }]
    },
    { "names": ["ptrace"], "action": "SCMP_ACT_TRACE" },
    { "names": ["reboot"], "action": "SCMP_ACT_KILL_PROCESS" },
    { "names": ["chmod"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 1, "op": "SCMP_CMP_EQ" }] },
    { "names": ["chmod"], "action": "SCMP_ACT_LOG", "args": [{ "index": 1, "value": 2, "op": "SCMP_CMP_EQ" }] }
  ]
}`,
  'docker.json': `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [
    { "names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_SYS_ADMIN"] } },
    { "name": "chown", "action": "SCMP_ACT_ALLOW" },
    { "names": ["tee"], "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "99.0" } }
  ]
}`,
  'i386.json':
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["socketcall"],"action":"SCMP_ACT_TRAP"}]}',
  'wrong.json': '{"defaultAction":"SCMP_ACT_NOPE"}',
};

const run = async (...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside({ files });
  await runCli(['eval', ...args], outside);
  return outside;
};

/** Returns the lines and the exit code. */
const ask = async (...args: string[]): Promise<readonly [text: string, code: number | undefined]> => {
  const outside = await run(...args);
  assert.is(outside.stderrText(), '');
  return [outside.stdoutText(), outside.exitCode()];
};

const refused = async (...args: string[]): Promise<{ error: SeccompError; outside: FakeOutside }> => {
  const outside = fakeOutside({ files });
  try {
    await runCli(['eval', ...args], outside);
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    return { error: thrown as SeccompError, outside };
  }
  throw new Error(`${args.join(' ')} was answered`);
};

test('flags and arguments arrive', async () => {
  const options = await parseCommand<EvalOptions>(evalCommand, [
    ...['web.json', 'clone', 'a0=0x10', 'a5=-1', '--arch', 'aarch64', '--runtime=crun'],
    ...['--libseccomp', '2.5.5', '--dialect', 'cri-o', '--cap-add', 'SYS_ADMIN,BPF', '-ojson'],
  ]);
  assert.is(options.file, 'web.json');
  assert.equal(options.question, { syscall: 'clone', args: [16n, 0n, 0n, 0n, 0n, 2n ** 64n - 1n] });
  const { capabilities, minimumKernel: _, ...facts } = options.facts;
  assert.equal(facts, { architecture: 'arm64', dialect: 'cri-o', runtime: 'crun', libseccomp: '2.5.4' });
  assert.ok(capabilities.includes('CAP_BPF') && capabilities.includes('CAP_CHOWN'));
  assert.is(options.output, 'json');
});

test('a call that goes through', async () => {
  assert.equal(await ask('web.json', 'mkdir'), ['mkdir() on amd64: ALLOW  web.json:5:5\n', 0]);
});

test('a call that is refused, by the default and by a rule', async () => {
  const flag = 'a0=0x10000000';
  assert.equal(await ask('web.json', 'clone', flag, '--runtime', 'runc'), [
    'clone(a0=0x10000000) on amd64 under runc: ERRNO 13 (EACCES), the default  web.json:2:20\n',
    1,
  ]);
  assert.equal(await ask('web.json', 'clone', 'a0=17'), [
    'clone(a0=0x11) on amd64: ALLOW  web.json:6:5\n',
    0,
  ]);
  assert.equal(await ask('web.json', 'reboot'), ['reboot() on amd64: KILL_PROCESS  web.json:11:5\n', 1]);
});

test('where nodes differ each answer is given, and nothing is claimed', async () => {
  const [text, code] = await ask('web.json', 'cachestat');
  assert.match(
    text,
    "under runc with libseccomp 2.5.1: ERRNO 38 (ENOSYS), runc's answer to numbers above all",
  );
  assert.match(text, 'under runc or crun with libseccomp 2.5.4 or 2.6.0 or 2.6.1: ALLOW  web.json:5:5');
  assert.match(text, 'under crun with libseccomp 2.5.1: ERRNO 13 (EACCES), the default');
  assert.is(code, 2);
  assert.is((await ask('web.json', 'cachestat', '--libseccomp', '2.6.0'))[1], 0);
});

test('answers that all refuse, each in its way, are a refusal', async () => {
  const [text, code] = await ask('web.json', '999');
  assert.is(text.split('\n').length, 3);
  assert.is(code, 1);
});

test('what a tracer or libseccomp decides is not known', async () => {
  assert.equal(await ask('web.json', 'ptrace'), ['ptrace() on amd64: TRACE 1  web.json:10:5\n', 2]);
  const [text, code] = await ask('web.json', 'chmod', 'a0=1', 'a1=2');
  assert.match(text, 'LOG, probably: several rules meet here, and libseccomp decides which one counts');
  assert.is(code, 2);
});

test('a Docker file is taken as it is shipped, or as a runtime reads it raw', async () => {
  const fate = async (...args: string[]): Promise<number | undefined> =>
    (await ask('docker.json', ...args))[1];
  assert.is(await fate('mount'), 1);
  assert.is(await fate('mount', '--cap-add', 'SYS_ADMIN'), 0);
  assert.is(await fate('mount', '--dialect', 'cri-o'), 1);
  assert.is(await fate('mount', '--dialect', 'containerd'), 0);
  assert.is(await fate('chown'), 0);
  assert.is(await fate('chown', '--dialect', 'cri-o'), 0);
  assert.is(await fate('chown', '--dialect', 'containerd'), 1);
  assert.is(await fate('tee'), 1);
  assert.is(await fate('tee', '--dialect', 'cri-o'), 0);
});

test('a call that can be made in two ways is asked for both', async () => {
  assert.equal(await ask('i386.json', 'socket', '--arch', '386'), [
    'socket() on 386: ALLOW, the default  i386.json:1:18\nsocket() through socketcall on 386: TRAP  i386.json:1:47\n',
    2,
  ]);
});

test('-o json says the same with its type', async () => {
  const document = JSON.parse(
    (await run('web.json', 'clone', 'a0=0x10000000', '--runtime=crun', '-ojson')).stdoutText(),
  );
  assert.equal(document, {
    apiVersion: 'kubectl-seccomp/v1',
    kind: 'Evaluation',
    file: 'web.json',
    syscall: 'clone',
    arguments: { a0: '0x10000000' },
    architecture: 'amd64',
    dialect: 'docker',
    fate: 'refused',
    answers: [
      {
        runtimes: ['crun'],
        libseccomp: ['2.5.1', '2.5.4', '2.6.0', '2.6.1'],
        action: 'SCMP_ACT_ERRNO',
        errno: 13,
        errnoName: 'EACCES',
        by: 'default',
        place: { line: 2, column: 20, path: '$.defaultAction' },
        certainty: 'exact',
      },
    ],
  });
});

test('a file with errors is told by its errors: exit 2', async () => {
  const { error, outside } = await refused('wrong.json', 'read');
  assert.is(error.message, '"wrong.json" has errors: one sound profile was wanted');
  assert.match(outside.stderrText(), 'wrong.json:1:18: error: unknown action "SCMP_ACT_NOPE"');
  assert.is(outside.exitCode(), 2);
});

test('what is no call, no argument or no version is named', async () => {
  const message = async (...args: string[]): Promise<string> =>
    (await refused('web.json', ...args)).error.message;
  assert.is(await message('opne'), 'amd64 has no system call "opne"; did you mean open?');
  assert.is(await message('open', '--arch', 'arm64'), 'arm64 has no system call "open"');
  for (const word of [
    'a6=1',
    'a0',
    'a0=',
    'a0=x',
    '5',
    'a0=0x10000000000000000',
    'a0=99999999999999999999',
    'a0=-9223372036854775809',
  ])
    assert.match(await message('open', word), `"${word}" is no argument`);
  assert.match(await message('open', 'a0=1', 'a0=2'), 'argument 0 was given before');
  assert.match(await message('open', '--libseccomp', '2.4.3'), '"2.4.3" is not a version from 2.5.1 on');
  assert.match(await message('open', '--arch', 'amd64,arm64'), 'more than one architecture');
  assert.match((await refused('gone.json', 'open')).error.message, 'gone.json');
});

test.run();
