// `lint`: what it reads, what it prints in each form, what `--fix` writes, and how it exits.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type LintVerbOptions, lintCommand } from '../../../plugin/commands/lint.ts';
import { SeccompError } from '../../../src/error.ts';
import { type FakeOutside, type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/lint');

const ARCHITECTURES = '"architectures":["SCMP_ARCH_X86","SCMP_ARCH_X32","SCMP_ARCH_ARM"]';
const files = {
  'web/good.json': `{"defaultAction":"SCMP_ACT_LOG",${ARCHITECTURES}}`,
  'web/odd.json': `{
  "defaultAction": "SCMP_ACT_LOG",
  ${ARCHITECTURES},
  "syscalls": [
    { "names": ["mkdri"], "action": "SCMP_ACT_ERRNO" },
    { "names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0 }
  ]
}
`,
  'web/bad.json': '{"defaultAction":"allow",}\n',
  'web/README.md': 'x',
  'web.tgz': new Uint8Array([0x1f, 0x8b, 8, 0]),
  'policy.yaml':
    'apiVersion: kubectl-seccomp/v1\nkind: ProfilePolicy\nrules:\n- paths: [good.json]\n  defaultActions: [SCMP_ACT_ERRNO]\n  reason: agreed\n',
};

const lint = async (args: readonly string[], options: FakeOutsideOptions = {}): Promise<FakeOutside> => {
  const outside = fakeOutside({ files, ...options });
  await runCli(['lint', ...args], outside);
  return outside;
};

const refused = async (
  args: readonly string[],
  options: FakeOutsideOptions = {},
): Promise<readonly [message: string, outside: FakeOutside]> => {
  const outside = fakeOutside({ files, ...options });
  try {
    await runCli(['lint', ...args], outside);
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    return [(thrown as SeccompError).message, outside];
  }
  throw new Error(`${args.join(' ')} was answered`);
};

const parse = (...args: string[]): Promise<LintVerbOptions> => parseCommand(lintCommand, args);

test('without flags: amd64 and arm64, everything else open', async () => {
  const { facts, ...options } = await parse('web', 'x.json');
  assert.equal(options, { filenames: ['web', 'x.json'], isRecursive: false, isFixing: false });
  assert.equal(
    facts.map(({ architecture, dialect, runtime, libseccomp }) => [
      architecture,
      dialect,
      runtime,
      libseccomp,
    ]),
    ['amd64', 'arm64'].map((architecture) => [architecture, 'docker', undefined, undefined]),
  );
});

test('every flag arrives', async () => {
  const options = await parse(
    ...['a.json', 'b.json', '-R', '--fix', '--policy', 'p.yaml', '-o', 'sarif'],
    ...['--arch', 's390x', '--runtime', 'crun@1.21', '--dialect', 'cri-o', '--libseccomp', '2.6.0'],
    ...['--kernel', '6.1', '--allow-privilege-escalation', 'false', '--cap-add', 'BPF'],
  );
  const [facts, ...more] = options.facts;
  assert.equal(more, []);
  assert.ok(facts?.capabilities.includes('CAP_BPF'));
  assert.is(facts?.architecture, 's390x');
  assert.is(facts?.runtimeVersion, '1.21');
  assert.is(facts?.noNewPrivileges, true);
  assert.equal(
    { ...options, facts: [] },
    {
      filenames: ['a.json', 'b.json'],
      isRecursive: true,
      facts: [],
      policy: 'p.yaml',
      isFixing: true,
      output: 'sarif',
    },
  );
  assert.is((await parse('-')).filenames[0], '-');
});

test('nothing but notes: exit 0, and one line that says so', async () => {
  const outside = await lint(['web/good.json', '--arch', 'arm64']);
  assert.is(outside.exitCode(), 0);
  assert.match(outside.stdoutText(), /1 file: \d notes?\n$/);
});

test('what was found, each kind explained once, and a sum', async () => {
  const outside = await lint(['web']);
  assert.is(outside.exitCode(), 1);
  assert.is(outside.stderrText(), '');
  matchGolden('lint.txt', outside.stdoutText());
});

test('-o json and yaml say the same with their type', async () => {
  const outside = await lint(['web/odd.json', '--arch', 'amd64', '-ojson']);
  matchGolden('lint.json', outside.stdoutText());
  assert.is(outside.exitCode(), 1);
  assert.match((await lint(['web/bad.json', '-oyaml'])).stdoutText(), 'kind: LintResult\nanswer: found\n');
});

test('standard input and built-in profiles are read', async () => {
  const outside = await lint(['-'], { stdin: '{"defaultAction":"SCMP_ACT_NOPE"}' });
  assert.match(outside.stdoutText(), '<stdin>:1:18: error: unknown action "SCMP_ACT_NOPE"');
  assert.match((await lint(['builtin:kubernetes/default'])).stdoutText(), 'builtin:kubernetes/default:');
});

test('text from files reaches the terminal harmless', async () => {
  const outside = await lint(['-'], { stdin: '{"defaultAction":"\u202e\u009b2J"}' });
  assert.not.match(outside.stdoutText(), /[\u202e\u009b]/);
});

test('--fix writes what can be mended, says what it was, and judges what is left', async () => {
  const outside = await lint(['--fix', 'web/bad.json', 'web/good.json', '--arch', 'amd64']);
  assert.equal([...outside.written.keys()], ['web/bad.json']);
  assert.is(
    Buffer.from(outside.written.get('web/bad.json')!).toString(),
    '{"defaultAction":"SCMP_ACT_ALLOW"}\n',
  );
  const text = outside.stdoutText();
  assert.match(text, 'web/bad.json:1:25: fixed: JSON allows no comma before "}": remove it [SP006] $');
  assert.match(text, 'web/bad.json:1:18: fixed: unknown action "allow"');
  assert.match(text, 'web/bad.json:1:18: warning: the default lets');
  assert.match(text, /2 files: 2 problems fixed, \d warnings?/);
  assert.not.match(text, 'SP102 unknown-action');
  assert.is(outside.exitCode(), 1);
});

test('--fix writes nothing where there is nothing to mend, and never to what is no file', async () => {
  assert.is((await lint(['--fix', 'web/odd.json'])).written.size, 0);
  for (const name of ['-', 'builtin:kubernetes/default']) {
    const [message, outside] = await refused(['web/bad.json', name, '--fix'], {
      stdin: files['web/bad.json'],
    });
    assert.is(message, `--fix: "${name}" is no file that could be written`);
    assert.is(outside.written.size, 0);
  }
});

test('a policy is held against the paths of the bundle', async () => {
  const outside = await lint(['web', '--policy', 'policy.yaml']);
  const text = outside.stdoutText();
  const breach = 'the policy allows SCMP_ACT_ERRNO as default action, not SCMP_ACT_LOG: agreed [SP801]';
  assert.match(text, `web/good.json:1:18: error: ${breach}`);
  assert.is(text.match(/SP801\] \$/g)?.length, 1);
});

test('a policy with a fault judges nothing: exit 2', async () => {
  const [message, outside] = await refused(['web', '--policy', 'p'], {
    files: { ...files, p: files['policy.yaml'].replace('reason', 'reasons') },
  });
  assert.is(message, '--policy: "p" has 1 error');
  assert.match(outside.stderrText(), 'p:6:3: error: unknown field "reasons" in a rule of the policy');
  assert.is(outside.exitCode(), 2);
});

test('what cannot be read or makes no sense could not be told: exit 2', async () => {
  for (const [args, wanted] of [
    [['gone.json'], 'gone.json'],
    [['web/sub'], 'web/sub'],
    [[], 'an argument is missing'],
    [['-', '-'], '"-" was given twice'],
    [['web.tgz'], '"web.tgz" is a bundle, not a profile'],
    [['builtin:nope'], 'there is no built-in profile "nope"'],
    [['web', '--arch', 'vax'], 'unknown architecture "vax"'],
    [['web', '--runtime', 'runsc'], '--runtime: "runsc" is not runc or crun'],
  ] as const) {
    const [message, outside] = await refused(args);
    assert.ok(message.includes(wanted), message);
    assert.is(outside.exitCode() ?? 2, 2);
  }
});

test.run();
