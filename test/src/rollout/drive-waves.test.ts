// Waves with short pods behind them: what does not start stops the rollout before the next wave, also when it is resumed.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installBundle } from '../../../src/rollout/install.ts';
import { parseWaves } from '../../../src/rollout/waves.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { FakeProber } from '../../support/fake-surroundings.ts';
import {
  type Bench,
  DIGEST,
  makeBench,
  sampleDigest,
  sampleManifest,
} from '../../support/rollout-samples.ts';

const test = suite('src/rollout/drive-waves');

const gate = { pauseMs: 0, minStarts: 0, startTimeoutMs: 0, onFailure: 'stop' } as const;
const policy = { waves: parseWaves('1,100%', '--waves'), gate, maxFailures: 0 };

const install = ({ collect, outside }: Bench, prober: FakeProber): Promise<string[]> =>
  collect(
    installBundle(
      {
        ...{ bundle: 'web', digest: DIGEST, manifest: sampleManifest, policy },
        chunks: [{ sha256: sampleDigest('chunk'), content: new Uint8Array([1]) }],
        selection: { selector: '' },
        probe: {
          prober,
          namespace: 'kubectl-seccomp',
          readUses: async () => [{ path: 'a.json', noNewPrivileges: false }],
        },
      },
      outside,
    ),
  );
const nodes = ['a', 'b', 'c'].map((name) => sampleNode(name));

test('each wave has its pod, after its nodes are done and before the next wave', async () => {
  const prober = new FakeProber();
  const bench = makeBench({ nodes });
  const events = await install(bench, prober);
  assert.is(events.at(-1), 'finished complete');
  assert.is(prober.requests.length, 2);
  const order = events.filter((line) => /^(wave|done|phase wave \d: \d of)/.test(line));
  assert.match(
    order.join('; '),
    /^wave 1\/2 of 1; done a \w+; phase wave 1: 1 of 1 .*; wave 2\/2 of 2; done/,
  );
});

test('a pod that does not start stops it at the first wave, and again when the same command is run', async () => {
  const prober = new FakeProber();
  prober.fate = () => ({ start: 'failed', reason: 'StartError', message: '' });
  const bench = makeBench({ nodes });
  const events = await install(bench, prober);
  assert.match(events.join('\n'), 'stopped unhealthy: a short pod on a under web@');
  assert.is(bench.cluster.launched.length, 1);
  assert.is(bench.cluster.releases.at(-1)?.outcome, 'failed');
  assert.match((await install(bench, prober)).join('\n'), 'stopped unhealthy: a short pod on a under web@');
  assert.is(bench.cluster.launched.length, 1);
  prober.fate = () => ({ start: 'started', reason: '', message: '' });
  assert.is((await install(bench, prober)).at(-1), 'finished complete');
});

test.run();
