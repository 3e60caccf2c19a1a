// Values that a runtime of a known version refuses.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkRefused } from '../../../../src/profile/lint/check-refused.ts';
import { allowList, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-refused');

const on = (runtime: 'runc' | 'crun', runtimeVersion: string) => ({ runtime, runtimeVersion });

test('an architecture that came later than the runtime is an error', () => {
  const profile = { ...allowList(), architectures: ['SCMP_ARCH_RISCV64'] };
  assert.equal(spellAll(tellOf(checkRefused, profile, on('runc', '1.1.5'))), [
    'SP414 error $.architectures[0]: SCMP_ARCH_RISCV64: runc 1.1.5 refuses a profile with it, and no container starts',
  ]);
  assert.equal(tellOf(checkRefused, profile, on('runc', '1.1.15')), []);
  assert.equal(tellOf(checkRefused, profile, on('crun', '1.8.1')), []);
  assert.equal(tellOf(checkRefused, profile), []);
});

test('an archMap counts for the nodes that it is about, and not where it is passed over', () => {
  const archMap = [{ architecture: 'SCMP_ARCH_RISCV64', subArchitectures: [] }];
  const profile = { ...allowList(), archMap };
  assert.equal(tellOf(checkRefused, profile, on('runc', '1.1.5')), []);
  const riscv = { ...on('runc', '1.1.5'), architecture: 'riscv64' } as const;
  assert.is(tellOf(checkRefused, profile, riscv).length, 1);
  assert.equal(tellOf(checkRefused, profile, { ...riscv, dialect: 'containerd' }), []);
});

test('runc knows flags from 1.2 on, and the one for notifying from 1.5 on', () => {
  const flags = (flag: string) => ({ ...allowList(), flags: [`SECCOMP_FILTER_FLAG_${flag}`] });
  assert.equal(spellAll(tellOf(checkRefused, flags('LOG'), on('runc', '1.1.15'))), [
    'SP119 error $.flags: SECCOMP_FILTER_FLAG_LOG: runc 1.1.15 refuses a profile with it, and no container starts',
  ]);
  assert.equal(tellOf(checkRefused, flags('LOG'), on('runc', '1.2.0')), []);
  assert.is(tellOf(checkRefused, flags('WAIT_KILLABLE_RECV'), on('runc', '1.4.0')).length, 1);
  assert.equal(tellOf(checkRefused, flags('WAIT_KILLABLE_RECV'), on('crun', '1.8.1')), []);
});

test.run();
