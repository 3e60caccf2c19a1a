// `merge FILE FILE...`: the profile on stdout, what it cannot say on stderr, and the answer of --check.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type MergeOptions, mergeCommand } from '../../../plugin/commands/merge.ts';
import { SeccompError } from '../../../src/error.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/merge');

const allow = (...names: string[]): string =>
  JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }] });
const files = {
  'one.json': allow('read', 'mkdirat', 'cachestat'),
  'two.json': allow('read', 'write', 'cachestat'),
  'deny.json':
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ERRNO"},{"names":["clone"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":268435456,"valueTwo":268435456,"op":"SCMP_CMP_MASKED_EQ"}]}]}',
  'i386.json':
    '{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86"],"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}',
  'trace.json':
    '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_TRACE"}]}',
  'wrong.json': '{"defaultAction":"SCMP_ACT_NOPE"}',
};

const run = async (...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside({ files, stdin: files['two.json'] });
  await runCli(['merge', ...args], outside);
  return outside;
};

const refused = async (...args: string[]): Promise<{ error: SeccompError; outside: FakeOutside }> => {
  const outside = fakeOutside({ files });
  try {
    await runCli(['merge', ...args], outside);
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    assert.is(outside.stdoutText(), '');
    return { error: thrown as SeccompError, outside };
  }
  throw new Error(`${args.join(' ')} was merged`);
};

test('flags and arguments arrive', async () => {
  const options = await parseCommand<MergeOptions>(mergeCommand, [
    ...['a.json', '-', '--intersect', '--arch', 'amd64', '--cap-add=BPF', '-oyaml'],
  ]);
  assert.equal(options.files, ['a.json', '-']);
  assert.is(options.mode, 'intersection');
  assert.is(options.output, 'yaml');
  assert.equal(options.compile.architectures, ['amd64']);
  assert.ok(options.compile.capabilities.includes('CAP_BPF'));
  assert.equal((await parseCommand<MergeOptions>(mergeCommand, ['--check', '-', 'a.json'])).files, [
    '-',
    'a.json',
  ]);
});

test('a union lets through what any lets through, and says what only some recordings had', async () => {
  const outside = await run('one.json', '-');
  const profile = JSON.parse(outside.stdoutText());
  assert.equal(profile, {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['cachestat', 'mkdirat', 'read', 'write'], action: 'SCMP_ACT_ALLOW' }],
  });
  assert.is(outside.stderrText(), 'seen in 1 of 2: mkdirat, write\n');
  assert.is(outside.exitCode(), 0);
});

test('an intersection lets through what all let through', async () => {
  const outside = await run('--intersect', 'one.json', 'two.json', 'deny.json');
  assert.equal(JSON.parse(outside.stdoutText()).syscalls, [
    { names: ['cachestat', 'read'], action: 'SCMP_ACT_ALLOW' },
  ]);
  assert.is(
    outside.stderrText(),
    'decided: the default action is ERRNO 1 in "one.json", ERRNO 1 in "two.json", ALLOW in "deny.json": ERRNO 1 in the result\n',
  );
});

test('where the result may let through more it is told', async () => {
  const outside = await run('i386.json', 'two.json');
  assert.match(outside.stderrText(), /^weaker: SCMP_ARCH_X86 is covered by "i386.json" alone/m);
});

test('-o json holds the file as text, and everything that was told', async () => {
  const document = JSON.parse((await run('one.json', 'two.json', '-ojson')).stdoutText());
  assert.is(document.kind, 'MergeResult');
  assert.is(document.mode, 'union');
  assert.equal(document.inputs, ['one.json', 'two.json']);
  assert.is(JSON.parse(document.profile).defaultAction, 'SCMP_ACT_ERRNO');
  assert.equal(document.seen, { of: 2, counts: { cachestat: 2, mkdirat: 1, read: 2, write: 1 } });
  assert.equal([document.decisions, document.deviations], [[], []]);
});

test('--check answers by its exit code, and names what is missing', async () => {
  const superset = await run('--check', 'deny.json', 'two.json');
  assert.is(superset.stdoutText(), 'deny.json lets through all that two.json does\n');
  assert.is(superset.exitCode(), 0);
  const missing = await run('--check', 'two.json', 'one.json');
  assert.is(
    missing.stdoutText(),
    [
      'missing: mkdirat on SCMP_ARCH_X86_64: ERRNO 1 in two.json, ALLOW in one.json',
      'missing: mkdirat on SCMP_ARCH_AARCH64: ERRNO 1 in two.json, ALLOW in one.json',
      'two.json does not let through all that the others do',
      '',
    ].join('\n'),
  );
  assert.is(missing.exitCode(), 1);
});

test('--check shows the arguments that are missing, and the ways of calling', async () => {
  const outside = await run('--check', 'deny.json', 'builtin:kubernetes/audit-verbose', '--arch', 'amd64');
  assert.match(
    outside.stdoutText(),
    'missing: for example clone(a0=0x10000000) on SCMP_ARCH_X86_64: ERRNO 1 in deny.json, LOG in',
  );
  const uncovered = await run('--check', 'two.json', 'i386.json', '--arch', 'amd64');
  assert.is(
    uncovered.stdoutText(),
    'missing: every call by SCMP_ARCH_X86, which two.json does not cover and i386.json does\ntwo.json does not let through all that the others do\n',
  );
  assert.is(uncovered.exitCode(), 1);
});

test('--check cannot tell what a tracer will say: exit 2', async () => {
  const outside = await run('--check', 'trace.json', 'i386.json', '--arch', 'arm64');
  assert.match(outside.stdoutText(), 'could not tell of read: a tracer, an agent or libseccomp decides');
  assert.is(outside.exitCode(), 2);
  const document = JSON.parse(
    (await run('--check', 'trace.json', 'i386.json', '--arch=arm64', '-ojson')).stdoutText(),
  );
  assert.is(document.answer, 'unknown');
  assert.equal(document.inputs[0].unclear, [
    { syscall: 'read', architecture: 'SCMP_ARCH_AARCH64', arguments: {} },
  ]);
});

test('a command line or a file that makes no sense is named', async () => {
  assert.is((await refused('one.json')).error.message, 'merge takes at least two profiles, and got 1');
  assert.is(
    (await refused('one.json', 'two.json', '--check', '--intersect')).error.message,
    '--intersect and --check exclude each other',
  );
  assert.match((await refused('-', '-')).error.message, '"-" was given twice');
  const { error, outside } = await refused('--check', 'one.json', 'wrong.json');
  assert.is(error.message, '"wrong.json" has errors');
  assert.match(outside.stderrText(), 'wrong.json:1:18: error: unknown action "SCMP_ACT_NOPE"');
  assert.is(outside.exitCode(), 2);
});

test.run();
