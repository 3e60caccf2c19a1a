// `--waves` and the flags around it: from the command line, from a file, and both.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type ApplyOptions, applyCommand } from '../../../plugin/commands/apply.ts';
import type { WaveOptions } from '../../../plugin/commands/wave-flags.ts';
import { readWavePolicy } from '../../../plugin/commands/wave-policy.ts';
import { SeccompError } from '../../../src/error.ts';
import type { FailingContainer } from '../../../src/rollout/health.ts';
import { NO_HEALTH } from '../../../src/rollout/judge-health.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { fakeOutside } from '../../support/fake-outside.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/wave-policy');

const POLICY = `apiVersion: kubectl-seccomp/v1
kind: RolloutPolicy
waves: [1, 10%, 100%]
pause: 2m
maxFailures: 3
onFailure: rollback
`;
const files = { 'policy.yaml': POLICY, 'web.json': '{"defaultAction":"SCMP_ACT_ERRNO"}' };

/** Whose words would colour the terminal. */
const FAILING: FailingContainer = {
  namespace: 's',
  pod: 'p',
  container: 'c',
  node: 'a',
  reason: 'StartError',
  message: '\u001b[31m',
};

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(thrown, SeccompError);
  assert.is((thrown as SeccompError).code, 'usage');
  return (thrown as SeccompError).message;
};
const read = (options: WaveOptions, more: Record<string, string> = {}) =>
  readWavePolicy(options, fakeOutside({ files: { ...files, ...more } }));

test('flags arrive', async () => {
  const { waves } = await parseCommand<ApplyOptions>(applyCommand, [
    ...['-f', 'x', '--waves', '1,100%', '--pause=5s', '--max-failures', '2', '--on-failure', 'continue'],
    ...['--min-starts=1', '--start-timeout', '1m', '--rollout-policy', 'policy.yaml'],
  ]);
  assert.equal(waves, {
    ...{ waves: '1,100%', pause: '5s', maxFailures: '2', onFailure: 'continue' },
    ...{ minStarts: '1', startTimeout: '1m', policyFile: 'policy.yaml' },
  });
});

test('nothing given is no policy; waves alone pause for half a minute and stop at the first failure', async () => {
  assert.equal(await read({}), {});
  assert.equal(await read({ maxFailures: '5' }), { maxFailures: 5 });
  assert.equal(await read({ waves: '1' }), {
    waves: [{ nodes: 1 }, { percent: 100 }],
    maxFailures: 0,
    gate: { pauseMs: 30_000, minStarts: 0, startTimeoutMs: 600_000, onFailure: 'stop' },
  });
});

test('a file says it once for a team, and flags win over it', async () => {
  const { maxFailures, gate, waves } = await read({ policyFile: 'policy.yaml', maxFailures: '0' });
  assert.equal(waves, [{ nodes: 1 }, { percent: 10 }, { percent: 100 }]);
  assert.is(maxFailures, 0);
  assert.is(gate?.pauseMs, 120_000);
  assert.is(gate?.onFailure, 'rollback');
});

test('a value that is none is refused by the name of its flag, or of its file and field', async () => {
  assert.match(
    await refusal(read({ waves: '1', onFailure: 'panic' })),
    '--on-failure: "panic" is not one of',
  );
  assert.match(
    await refusal(read({ waves: '1', minStarts: '-1' })),
    '--min-starts: "-1" is not a whole number',
  );
  assert.match(await refusal(read({ pause: '5s' })), '--pause says what happens between waves');
  const wrong = { 'wrong.yaml': POLICY.replace('2m', 'soon') };
  assert.match(
    await refusal(read({ policyFile: 'wrong.yaml' }, wrong)),
    'wrong.yaml: pause: "soon" is not a duration',
  );
});

test('a file that is no policy is refused with its place', async () => {
  const message = async (text: string): Promise<string> =>
    refusal(read({ policyFile: 'p.yaml' }, { 'p.yaml': text }));
  assert.match(await message(`${POLICY}wavse: 1\n`), 'p.yaml:7:8: unknown field "wavse"');
  assert.match(await message(`${POLICY}pause: 1s\n`), 'p.yaml:7:8: "pause" is given twice');
  assert.match(
    await message(POLICY.replace('RolloutPolicy', 'Rollout')),
    'p.yaml:2:7: kind is not RolloutPolicy',
  );
  assert.match(await message('waves: 1\n'), '"apiVersion" is missing');
  assert.match(await message(`${POLICY}---\n${POLICY}`), 'holds 2 documents');
  assert.match(await message('- 1\n'), 'p.yaml:1:1: a rollout policy was wanted');
  assert.match(await message(POLICY.replace('3', '{}')), '"maxFailures" is neither text nor a number');
  assert.match(await message('a: [\n'), /^p\.yaml:/);
});

test('a rollout that its containers stop is rolled back where that was asked for, and told so', async () => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('a'), sampleNode('b')], clock });
  const more = { 'old.json': '{"defaultAction":"SCMP_ACT_ALLOW"}' };
  const apply = async (...args: string[]) => {
    const outside = fakeOutside({ files: { ...files, ...more }, clock, cluster });
    await runCli(['apply', '--name', 'web', '--force', ...args], outside);
    return outside;
  };
  await apply('-f', 'old.json');
  cluster.health = ({ nodes }) =>
    [...nodes.values()][0] === 0
      ? NO_HEALTH
      : {
          ...NO_HEALTH,
          using: 1,
          failing: [FAILING],
        };
  const waves = ['--waves=1,100%', '--on-failure=rollback'];
  const outside = await apply('-f', 'web.json', ...waves, '-ojson');
  assert.is(outside.exitCode(), 1);
  const document = JSON.parse(outside.stdoutText());
  assert.is(document.stopped.code, 'unhealthy');
  assert.is(document.waves[0].verdict, 'failed');
  assert.is(document.rollback.outcome, 'complete');
  assert.equal(
    cluster.releases.map(({ revision, outcome, rolledBackTo }) => [revision, outcome, rolledBackTo]),
    [
      [1, 'succeeded', undefined],
      [2, 'failed', undefined],
      [3, 'succeeded', 1],
    ],
  );
  assert.not(outside.stderrText().includes('\u001b'));
  assert.match(outside.stderrText(), 'stopped: container c of pod s/p on a fails since the change');
});

test('with nothing to go back to, it stops and says so', async () => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('a')], clock });
  cluster.health = ({ nodes }) => ({ ...NO_HEALTH, failing: [...nodes.values()][0] === 0 ? [] : [FAILING] });
  const outside = fakeOutside({ files, clock, cluster });
  await runCli(['apply', '-f', 'web.json', '--name', 'web', '--waves=1', '--on-failure=rollback'], outside);
  assert.is(outside.exitCode(), 1);
  assert.match(outside.stderrText(), 'cannot roll back: bundle "web" has nothing to go back to');
  assert.match(outside.stderrText(), 'hint: Its revisions: v1 (failed)');
});

test('what nobody can see, or nothing has proven, is no reason to roll back', async () => {
  for (const blind of [true, false]) {
    const clock = new FakeClock();
    const cluster = new FakeCluster({ nodes: [sampleNode('a')], clock });
    const apply = async (...args: string[]) => {
      const outside = fakeOutside({
        files: { ...files, 'other.json': '{"defaultAction":"SCMP_ACT_LOG"}' },
        clock,
        cluster,
      });
      await runCli(['apply', '--name', 'web', ...args], outside);
      return outside;
    };
    await apply('-f', 'other.json');
    cluster.health = ({ nodes }) => {
      if (blind && [...nodes.values()][0] !== 0) throw new Error('connection refused');
      return NO_HEALTH;
    };
    const waves = ['--waves=1', '--on-failure=rollback', '--min-starts=1'];
    const outside = await apply('-f', 'web.json', ...waves, '--force', '-ojson');
    assert.is(outside.exitCode(), 1);
    assert.is(JSON.parse(outside.stdoutText()).stopped.code, 'unproven');
    assert.is(cluster.releases.length, 2);
  }
});

test.run();
