// `explain FILE [SYSCALL…]`: what a profile does, on one screen, or what becomes of single calls.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type ExplainOptions, explainCommand } from '../../../plugin/commands/explain.ts';
import { SeccompError } from '../../../src/error.ts';
import { fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/explain');

const files = {
  'web.json': `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "architectures": ["SCMP_ARCH_X86"],
  "syscalls": [
    {
      "names": [
        "accept4", "access", "bind", "brk", "close", "connect", "dup", "epoll_ctl", "epoll_wait", "execve",
        "exit_group", "fcntl", "fstat", "futex", "getpid", "listen", "mmap", "mprotect", "munmap", "nanosleep",
        "openat", "poll", "pipe2", "read", "recvfrom", "rt_sigaction", "sendto", "write", "cachestat", "ptrace"
      ],
      "action": "SCMP_ACT_ALLOW"
    },
    { "names": ["io_uring_setup", "io_uring_enter", "bpf"], "action": "SCMP_ACT_ALLOW" },
    { "names": ["mount"], "action": "SCMP_ACT_LOG" },
    { "names": ["reboot"], "action": "SCMP_ACT_KILL_PROCESS" },
    {
      "names": ["clone"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" }]
    },
    { "names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 1, "op": "SCMP_CMP_EQ" }] },
    { "names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 2, "op": "SCMP_CMP_EQ" }] },
    { "names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 15, "op": "SCMP_CMP_EQ" }] },
    { "names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 38, "op": "SCMP_CMP_EQ" }] },
    { "names": ["prctl"], "action": "SCMP_ACT_TRAP", "args": [{ "index": 0, "value": 35, "op": "SCMP_CMP_EQ" }] }
  ]
}
`,
  'deny.json': `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ERRNO"}]}`,
};

const explain = async (...args: string[]): Promise<string> => {
  const outside = fakeOutside({ files, stdin: files['deny.json'] });
  await runCli(['explain', ...args], outside);
  assert.is(outside.stderrText(), '');
  assert.is(outside.exitCode() ?? 0, 0);
  return outside.stdoutText();
};

test('flags and arguments arrive', async () => {
  const { file, syscalls, facts, output } = await parseCommand<ExplainOptions>(explainCommand, [
    ...['web.json', 'clone', 'mount', '--arch', 'arm64', '--dialect', 'cri-o', '-ojson'],
  ]);
  assert.equal(
    [file, syscalls, facts.architecture, facts.dialect, output],
    ['web.json', ['clone', 'mount'], 'arm64', 'cri-o', 'json'],
  );
  assert.equal((await parseCommand<ExplainOptions>(explainCommand, ['web.json'])).syscalls, []);
});

test('a profile is explained on one screen', async () => {
  const text = await explain('web.json');
  matchGolden('explain.txt', text);
  const lines = text.split('\n');
  assert.ok(lines.length <= 30, String(lines.length));
  for (const line of lines) assert.ok(line.length <= 100, line);
});

test('a deny-list is told from an allow-list, and what it leaves open is named', async () => {
  const text = await explain('-');
  assert.match(text, '<stdin>: a deny-list; what it does not name goes through (line 1)');
  assert.match(text, '  384 allowed: ');
  assert.match(
    text,
    '! init_module finit_module delete_module create_module: loads or removes kernel modules',
  );
  assert.match(text, '32-bit programs are killed (no SCMP_ARCH_X86)');
  assert.match(
    await explain('web.json'),
    '32-bit programs run under the same rules, x32 programs are killed (no SCMP_ARCH_X32)',
  );
});

test('a node that is known is not compared with others', async () => {
  assert.not.match(await explain('web.json', '--runtime', 'crun', '--libseccomp', '2.6.1'), 'On other nodes');
  assert.match(
    await explain('web.json', '--runtime', 'crun'),
    'On other nodes than with crun and libseccomp 2.6.1:',
  );
});

test('single calls are explained by their rules and places, in the order that they were asked in', async () => {
  matchGolden(
    'explain-calls.txt',
    await explain(
      'web.json',
      'prctl',
      'socket',
      'clone',
      'mount',
      'io_uring_setup',
      'reboot',
      'cachestat',
      'swapon',
    ),
  );
});

test('-o json lists every call with its type', async () => {
  const document = JSON.parse(await explain('web.json', '-ojson'));
  assert.is(document.kind, 'ProfileExplanation');
  assert.is(document.calls.length, 385);
  const prctl = document.calls.find((call: { syscall: string }) => call.syscall === 'prctl');
  assert.equal(prctl.fate, 'conditional');
  assert.equal(
    prctl.rules.map((rule: { action: string; when: string }) => [rule.action, rule.when]),
    [
      ['SCMP_ACT_ALLOW', 'a0 is PR_SET_NAME or PR_SET_NO_NEW_PRIVS'],
      ['SCMP_ACT_TRAP', 'a0 is PR_SET_MM'],
    ],
  );
  assert.equal(document.compatible, [
    { architecture: 'SCMP_ARCH_X86', covered: true },
    { architecture: 'SCMP_ARCH_X32', covered: false },
  ]);
  assert.ok(document.runtimeDefault.wider.some((one: { syscall: string }) => one.syscall === 'bpf'));
  const asked = JSON.parse(await explain('web.json', 'mount', '-ojson'));
  assert.is(asked.calls.length, 1);
  assert.is(asked.runtimeDefault, undefined);
});

test('a call that there is not is named', async () => {
  try {
    await explain('web.json', 'read', 'mont');
    assert.unreachable();
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    assert.is((thrown as SeccompError).message, 'amd64 has no system call "mont"; did you mean mount?');
  }
});

test.run();
