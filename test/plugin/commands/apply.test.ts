// `apply`: what the flags mean, what is printed, and how it exits.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type ApplyOptions, applyCommand } from '../../../plugin/commands/apply.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, type Script, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/apply');

/** Of which lint has nothing to say but notes. */
const QUIET = '"architectures":["SCMP_ARCH_X86","SCMP_ARCH_X32","SCMP_ARCH_ARM"]';
const files = {
  'profiles/nginx.json': `{"defaultAction":"SCMP_ACT_LOG",${QUIET}}\n`,
  'profiles/worker.json': `{"defaultAction":"SCMP_ACT_LOG",${QUIET},"flags":[]}\n`,
};

const onNodes = (
  names: readonly string[],
  script?: Script,
): Pick<FakeOutsideOptions, 'clock' | 'cluster'> => {
  const clock = new FakeClock();
  const nodes = names.map((name) => sampleNode(name));
  return { clock, cluster: new FakeCluster({ nodes, clock, ...(script && { script }) }) };
};

const apply = async (options: FakeOutsideOptions, ...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside({ files, ...onNodes(['node-1', 'node-2', 'node-3']), ...options });
  await runCli(['apply', ...args], outside);
  return outside;
};

const parse = (...args: string[]): Promise<ApplyOptions> => parseCommand(applyCommand, args);

test('without flags: every node, default compilation, no dry run', async () => {
  assert.equal(await parse('-f', 'profiles'), {
    filenames: ['profiles'],
    isRecursive: false,
    compile: defaultCompileOptions,
    runtime: {},
    compileFlags: [],
    selection: { selector: '' },
    dryRun: 'none',
    isForced: false,
    waves: {},
    isQuiet: false,
    connect: {
      installNamespace: 'kubectl-seccomp',
      image: 'docker.io/library/node:24.21.0-slim',
      privilege: 'default',
      launch: 'job',
      jobTimeoutMs: 300_000,
    },
  });
});

test('every flag arrives', async () => {
  const options = await parse(
    ...[
      '-f',
      'a,b',
      '-f',
      '-',
      '-R',
      '--name',
      'web',
      '--nodes',
      'a,b',
      '--nodes=c',
      '-lrole=web',
      '--force',
      '--quiet',
    ],
    ...['--dry-run=server', '--max-in-flight', '7', '-ojson', '--arch', 'amd64', '--cap-add', 'sys_ptrace'],
    ...[
      '--minimum-kernel',
      '5.4',
      '--timeout',
      '90s',
      '--image',
      'i',
      '--image-pull-secret',
      's',
      '--kubelet-root',
      '/k',
    ],
    ...['--privilege', 'privileged', '--install-namespace', 'n', '--priority-class', 'p', '--context', 'one'],
    ...[
      '--context',
      'two',
      '--kubeconfig',
      'k',
      '--as',
      'u',
      '--as-group',
      'g',
      '--as-group',
      'h',
      '--as-uid',
      '1',
    ],
    ...['-s', 'https://x', '--token', 't', '--user', 'me', '--cluster', 'c', '--insecure-skip-tls-verify'],
    ...[
      '--certificate-authority',
      'ca',
      '--client-certificate',
      'cc',
      '--client-key',
      'ck',
      '--tls-server-name',
      'tn',
    ],
    ...['--request-timeout', '10s'],
  );
  const { compile, ...rest } = options;
  assert.equal(rest, {
    filenames: ['a,b', '-'],
    isRecursive: true,
    name: 'web',
    runtime: {},
    compileFlags: ['--arch', '--cap-add', '--minimum-kernel'],
    selection: { selector: 'role=web', names: ['a', 'b', 'c'] },
    dryRun: 'server',
    maxInFlight: 7,
    isForced: true,
    waves: {},
    output: 'json',
    isQuiet: true,
    connect: {
      kubeconfig: 'k',
      context: 'two',
      cluster: 'c',
      user: 'me',
      server: 'https://x',
      token: 't',
      as: 'u',
      asGroup: ['g', 'h'],
      asUid: '1',
      certificateAuthority: 'ca',
      clientCertificate: 'cc',
      clientKey: 'ck',
      insecureSkipTlsVerify: true,
      tlsServerName: 'tn',
      requestTimeoutMs: 10_000,
      imagePullSecret: 's',
      priorityClass: 'p',
      kubeletRoot: '/k',
      installNamespace: 'n',
      image: 'i',
      privilege: 'privileged',
      launch: 'job',
      jobTimeoutMs: 90_000,
    },
  });
  assert.equal(compile.architectures, ['amd64']);
  assert.equal(compile.minimumKernel, { major: 5, minor: 4 });
  assert.ok(compile.capabilities.includes('CAP_SYS_PTRACE'));
  assert.ok(compile.capabilities.includes('CAP_CHOWN'));
});

test('all nodes done: a line each, the summary last, and how to use it on stderr', async () => {
  const outside = await apply({}, '-f', 'profiles', '--name', 'web');
  matchGolden('apply.txt', outside.stdoutText());
  matchGolden('apply.stderr.txt', outside.stderrText());
  assert.is(outside.exitCode(), 0);
});

test('applied again, nothing is touched', async () => {
  const clusterAndClock = onNodes(['node-1']);
  await apply(clusterAndClock, '-f', 'profiles', '--name', 'web');
  const again = await apply(clusterAndClock, '-f', 'profiles', '--name', 'web');
  assert.match(
    again.stdoutText(),
    /^node\/node-1 up-to-date\nweb@v1 \(web@[0-9a-f]{16}\): 1 node done, 0 failed\n$/,
  );
  assert.is(again.cluster.launched.length, 1);
});

const imagePull: Script = ({ node }) =>
  node.name === 'node-2'
    ? [
        {
          kind: 'failed',
          reason: { code: 'image-pull', message: 'cannot pull "x"\u001b[2J', hint: 'use --image' },
        },
      ]
    : [{ kind: 'reported' }];

test('a failed node: its reason on stderr, harmless, and exit 1', async () => {
  const outside = await apply(
    onNodes(['node-1', 'node-2'], imagePull),
    '-f',
    'profiles',
    '--name',
    'web',
    '--quiet',
  );
  assert.match(outside.stdoutText(), 'node/node-1 installed\nnode/node-2 failed (image-pull)\n');
  assert.match(outside.stdoutText(), '1 node done, 1 failed');
  assert.is(outside.stderrText(), 'error: node/node-2: cannot pull "x"^[[2J\n  hint: use --image\n');
  assert.is(outside.exitCode(), 1);
});

test('many nodes that fail alike are one message', async () => {
  const names = Array.from({ length: 5 }, (_, index) => `node-${index + 1}`);
  const script: Script = ({ node }) => [
    { kind: 'failed', reason: { code: 'quota', message: `${node.name}: exceeded` } },
  ];
  const outside = await apply(onNodes(names, script), '-f', 'profiles', '--name', 'web', '--quiet');
  assert.is(outside.stderrText(), 'error: node/node-1, node/node-2, node/node-3 and 2 more: …: exceeded\n');
});

test('-o json is the written document', async () => {
  const outside = await apply(
    onNodes(['node-1', 'node-2'], imagePull),
    '-f',
    'profiles',
    '--name',
    'web',
    '-o',
    'json',
  );
  matchGolden('apply.json', outside.stdoutText());
  assert.is(JSON.parse(outside.stdoutText()).outcome, 'incomplete');
});

test('-o name lists where it is in place', async () => {
  const outside = await apply(
    onNodes(['node-1', 'node-2'], imagePull),
    '-f',
    'profiles',
    '--name',
    'web',
    '-o',
    'name',
  );
  assert.is(outside.stdoutText(), 'node/node-1\n');
});

test('a dry run says what would be done, and does nothing', async () => {
  for (const [kind, suffix] of [
    ['client', 'dry run'],
    ['server', 'server dry run'],
  ]) {
    const outside = await apply(onNodes(['node-1']), '-f', 'profiles', '--name', 'web', `--dry-run=${kind}`);
    assert.match(outside.stdoutText(), `node/node-1 installed (${suffix})\n`);
    assert.match(outside.stdoutText(), `1 node done, 0 failed (${suffix})\n`);
    assert.is(outside.cluster.launched.length, 0);
    assert.is(outside.exitCode(), 0);
  }
});

test('a selector that matches nothing is said', async () => {
  const outside = await apply({}, '-f', 'profiles', '--name', 'web', '-l', 'role=none', '--quiet');
  assert.match(outside.stdoutText(), ': no node matches\n');
});

test('Ctrl-C during the rollout exits 130 with what is known', async () => {
  const clusterAndClock = onNodes(['node-1'], () => []);
  const outside = fakeOutside({ files, ...clusterAndClock });
  const running = runCli(['apply', '-f', 'profiles', '--name', 'web'], outside);
  while (outside.cluster.launched.length === 0) await new Promise((resolve) => setImmediate(resolve));
  outside.interruption.abort();
  await running;
  assert.is(outside.exitCode(), 130);
  assert.match(outside.stderrText(), 'interrupted: starting nothing more');
  assert.is(outside.cluster.discarded.length, 1);
});

test('an error in a profile reaches no cluster', async () => {
  const outside = fakeOutside({ files: { ...files, 'profiles/bad.json': '{"defaultAction":"NOPE"}' } });
  await runCli(['apply', '-f', 'profiles', '--name', 'web'], outside).then(
    () => assert.unreachable('it was applied'),
    (thrown) => assert.match(thrown.message, '1 error in 1 of 3 files'),
  );
  assert.match(outside.stderrText(), /^profiles\/bad\.json:1:\d+: .*NOPE/m);
  assert.equal(outside.connections, []);
});

test.run();
