// What `apply --probe` asks before it starts pods: who uses the bundle, of all that makes pods.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApplyOptions, applyCommand } from '../../../plugin/commands/apply.ts';
import { readWavePolicy } from '../../../plugin/commands/wave-policy.ts';
import { waveProbe } from '../../../plugin/commands/wave-probe.ts';
import type { ControllerPage } from '../../../src/workload/bind-ports.ts';
import { WORKLOAD_KINDS } from '../../../src/workload/kinds.ts';
import { sampleSubject } from '../../support/check-samples.ts';
import { FakeControllers } from '../../support/fake-controllers.ts';
import { fakeOutside } from '../../support/fake-outside.ts';
import { FakeProber } from '../../support/fake-surroundings.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/wave-probe');

const manifest = {
  formatVersion: 1 as const,
  name: 'web',
  profiles: [{ path: 'open.json', sha256: 'a'.repeat(64), sizeBytes: 1 }],
};
const probeOf = (pages: readonly ControllerPage[]) => {
  const controllers = new FakeControllers();
  controllers.list = async function* () {
    yield* pages;
  };
  return waveProbe(
    { manifest, digest: 'b'.repeat(64) },
    { controllers, prober: new FakeProber() },
    { installNamespace: 'ours' },
  );
};
const deployments = WORKLOAD_KINDS[0]!;

test('templates are read for who uses the bundle; pods are started in the install namespace', async () => {
  const { template } = sampleSubject('web/open.json');
  const other = sampleSubject('other/open.json').template;
  const probe = probeOf([
    { kind: 'objects', of: deployments, objects: [{ spec: { template } }, { spec: { template: other } }] },
  ]);
  assert.equal(await probe.readUses(), [{ path: 'open.json', noNewPrivileges: false }]);
  assert.is(probe.namespace, 'ours');
});

test('whoever cannot be seen may be the one that would not start', async () => {
  const probe = probeOf([{ kind: 'unread', resource: 'deployments.apps', message: 'forbidden' }]);
  try {
    await probe.readUses();
    assert.unreachable();
  } catch (thrown) {
    assert.is((thrown as Error).message, 'forbidden');
  }
});

test('the flag arrives, and means nothing without waves', async () => {
  const options = await parseCommand<ApplyOptions>(applyCommand, ['-f', 'a', '--waves', '1,100%', '--probe']);
  assert.is(options.waves.isProbed, true);
  try {
    await readWavePolicy({ isProbed: true }, fakeOutside());
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, '--probe starts pods between waves');
  }
});

test.run();
