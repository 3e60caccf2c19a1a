// `check`: what a command line means, and what is printed with which exit code.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type CheckOptions, checkCommand } from '../../../plugin/commands/check.ts';
import type { SeccompError } from '../../../src/error.ts';
import type { NodeSeen } from '../../../src/rollout/node.ts';
import { type CheckBench, checkBench, sampleSubject } from '../../support/check-samples.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { FakeControllers } from '../../support/fake-controllers.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { FakeProber } from '../../support/fake-surroundings.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/check');

const manifest = (path: string, spec: object = {}): string =>
  JSON.stringify({
    kind: 'Deployment',
    metadata: { name: 'front' },
    spec: { template: sampleSubject(path, {}, spec).template },
  });

interface Changes {
  readonly others?: readonly NodeSeen[];
  readonly prober?: FakeProber;
  readonly stdin?: string;
  readonly controllers?: FakeControllers;
  readonly prepare?: (bench: CheckBench, outside: FakeOutside) => void;
}

const FILES = {
  'open.yaml': manifest('web/open.json'),
  'stifling.yaml': manifest('web/stifling.json'),
  'strict.yaml': manifest('web/strict.json'),
  'both.yaml': `${manifest('web/open.json')}\n---\n${manifest('web/strict.json')}\n---\nkind: Service\n`,
  'plain.yaml': 'kind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: main}]}\n',
  'service.yaml': 'kind: Service\n',
  'nowhere.yaml': manifest('web/open.json', { nodeSelector: { pool: 'gpu' } }),
};

const check = async (args: readonly string[], changes: Changes = {}): Promise<FakeOutside> => {
  const bench = await checkBench(changes.others);
  const outside = fakeOutside({
    cluster: bench.cluster,
    files: FILES,
    ...(changes.prober && { prober: changes.prober }),
    ...(changes.controllers && { controllers: changes.controllers }),
    ...(changes.stdin !== undefined && { stdin: changes.stdin }),
  });
  changes.prepare?.(bench, outside);
  await runCli(['check', ...args], outside);
  return outside;
};

test('flags arrive', async () => {
  const options = await parseCommand<CheckOptions>(checkCommand, [
    ...['deploy/web', 'po/x', '-n', 'shop', '--probe', '--verify', '-owide'],
    ...['--runtime', 'runc@1.3.6', '--libseccomp', '2.5.4', '--quiet'],
  ]);
  assert.equal(
    options.objects.map(({ kind, name }) => `${kind.kind}/${name}`),
    ['Deployment/web', 'Pod/x'],
  );
  assert.equal(options.facts, { runtime: 'runc', runtimeVersion: '1.3.6', libseccomp: '2.5.4' });
  assert.is(options.namespace, 'shop');
  assert.ok(options.isProbed && options.isVerified && options.isQuiet);
  const files = await parseCommand<CheckOptions>(checkCommand, ['-f', 'a.yaml,b.yaml', '-f', '-']);
  assert.equal(files.filenames, ['a.yaml', 'b.yaml', '-']);
  assert.equal(files.facts, {});
});

for (const [args, message] of [
  [[], 'one of the two'],
  [['deploy/web', '-f', 'a.yaml'], 'one of the two'],
  [['svc/web'], 'no kind of object'],
  [['deploy/web', '-n', '../x'], 'not the name of a namespace'],
  [['deploy/web', '--runtime', 'youki'], 'is not runc or crun'],
] as const)
  test(`refused: ${args.join(' ') || 'nothing at all'}`, async () => {
    try {
      await check(args);
      assert.unreachable();
    } catch (thrown) {
      assert.is((thrown as SeccompError).code, 'usage');
      assert.match((thrown as Error).message, message);
    }
  });

test('the exit code says whether anything fails', async () => {
  assert.is((await check(['-f', 'open.yaml'])).exitCode(), 0);
  assert.is((await check(['-f', 'stifling.yaml'])).exitCode(), 1);
  assert.is((await check(['-f', 'strict.yaml'])).exitCode(), 2);
  assert.is((await check(['-f', 'open.yaml'], { others: [sampleNode('node-2')] })).exitCode(), 1);
});

test('a table, its wide form, and documents', async () => {
  const others = [sampleNode('node-2'), sampleNode('node-3', { architecture: 'arm64' })];
  const plain = await check(['-f', 'both.yaml'], { others });
  matchGolden('check.txt', plain.stdoutText());
  matchGolden('check.stderr.txt', plain.stderrText());
  matchGolden('check-wide.txt', (await check(['-f', 'both.yaml', '-o', 'wide'], { others })).stdoutText());
  matchGolden('check.json', (await check(['-f', 'both.yaml', '-o', 'json'], { others })).stdoutText());
});

test('a workload of the cluster by name, in the namespace of the context', async () => {
  const controllers = new FakeControllers();
  controllers.put('Deployment', {
    metadata: { name: 'front' },
    spec: { template: sampleSubject('web/stifling.json').template },
  });
  const outside = await check(['deploy/front'], { controllers });
  assert.equal(controllers.calls, ['read Deployment shop/front']);
  assert.match(outside.stdoutText(), /deployment\/front +main +web\/stifling.json/);
  assert.is(outside.exitCode(), 1);
});

test('standard input', async () => {
  assert.is((await check(['-f', '-'], { stdin: FILES['open.yaml'] })).exitCode(), 0);
});

test('nothing to check is said, and what is no workload is an error', async () => {
  const outside = await check(['-f', 'plain.yaml']);
  assert.match(outside.stderrText(), 'nothing to check');
  assert.is(outside.exitCode(), 0);
  try {
    await check(['-f', 'service.yaml']);
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, 'holds no pod');
  }
});

test('where no node takes the pods, nothing can be told', async () => {
  const outside = await check(['-f', 'nowhere.yaml']);
  assert.is(outside.exitCode(), 2);
  assert.match(outside.stderrText(), 'deployment/front: no node takes its pods');
  assert.match(outside.stderrText(), 'the node has no label pool=gpu');
});

test('--probe settles what is open, in the workload’s namespace', async () => {
  const prober = new FakeProber();
  const outside = await check(['-f', 'strict.yaml', '--probe', '-n', 'shop'], { prober });
  assert.is(outside.exitCode(), 0);
  assert.equal(
    prober.requests.map(
      ({ namespace, node, localhostProfile }) => `${namespace} ${node} ${localhostProfile}`,
    ),
    ['shop node-1 web/strict.json'],
  );
  assert.match(outside.stdoutText(), 'a pod started there');
  assert.match(outside.stderrText(), 'starting a short pod in shop on node-1');
  prober.fate = () => ({ start: 'failed', reason: 'StartError', message: 'no\u001b[2J' });
  const failed = await check(['-f', 'open.yaml', '--probe', '--quiet'], { prober });
  assert.is(failed.exitCode(), 1);
  assert.match(failed.stdoutText(), 'a pod there did not start: StartError: no^[[2J');
  assert.not.match(failed.stderrText(), 'starting');
});

test('--verify asks the disks of the nodes that pods could come to', async () => {
  const outside = await check(['-f', 'open.yaml', '--verify'], {
    others: [sampleNode('node-2', { isUnschedulable: true })],
    prepare: ({ cluster, release, digest }) => {
      const inspection = {
        bundles: [
          {
            name: 'web',
            current: `web@${digest}`,
            generations: [{ digest: release.digest!, state: 'intact' as const, drift: [] }],
            problems: [],
          },
        ],
        foreign: [],
        leftovers: [],
      };
      const facts = { architecture: 'amd64', kernel: '6.18', actionsAvailable: ['errno', 'allow'] };
      cluster.script = () => [{ kind: 'reported', report: { inspection, facts } }];
    },
  });
  assert.is(outside.exitCode(), 0, outside.stdoutText() + outside.stderrText());
  assert.equal(
    outside.cluster.launched.map(({ node }) => node.name),
    ['node-1'],
  );
  assert.not.match(outside.stderrText(), '--verify');
});

test('an interruption while probing ends with it, after the pods are gone', async () => {
  const prober = new FakeProber();
  let interrupt = (): void => {};
  prober.fate = () => {
    interrupt();
    return { start: 'unknown', reason: 'interrupted', message: '' };
  };
  try {
    await check(['-f', 'open.yaml', '--probe'], {
      prober,
      prepare: (_, outside) => {
        interrupt = () => outside.interruption.abort(new Error('interrupted by SIGINT'));
      },
    });
    assert.unreachable();
  } catch (thrown) {
    assert.is((thrown as Error).message, 'interrupted by SIGINT');
  }
});

test.run();
