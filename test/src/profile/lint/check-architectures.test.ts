// Ways of calling the kernel that a filter does not cover.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkArchitectures } from '../../../../src/profile/lint/check-architectures.ts';
import { allowList, denyList, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-architectures');

const ARCH_MAP = {
  archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] }],
};

test('a default that lets all through does not do so for programs of 32 bits: a warning', () => {
  assert.equal(spellAll(tellOf(checkArchitectures, denyList(), {}, { architecture: 'arm64' })), [
    'SP413 warning $.defaultAction: no architectures are listed, so programs that call the kernel in another way are killed (SCMP_ARCH_X86 and SCMP_ARCH_X32 on amd64, SCMP_ARCH_ARM on arm64), although the default is ALLOW',
  ]);
});

test('in an allow-list, and where architectures are listed, it is a note', () => {
  for (const profile of [allowList(), { ...denyList(), architectures: ['SCMP_ARCH_X86_64'] }])
    assert.equal(
      tellOf(checkArchitectures, profile).map(({ severity }) => severity),
      ['note'],
    );
});

test('archMap covers them, unless containerd reads the file: a warning', () => {
  const profile = { ...allowList(), ...ARCH_MAP };
  assert.equal(tellOf(checkArchitectures, profile), []);
  const [told, ...more] = spellAll(tellOf(checkArchitectures, profile, { dialect: 'containerd' }));
  assert.match(told!, /^SP413 warning \$\.archMap\[0\]\.architecture: containerd passes "archMap" over, so/);
  assert.equal(more, []);
});

test('architectures without others beside them have nothing to miss', () => {
  assert.equal(tellOf(checkArchitectures, denyList(), { architecture: 'riscv64' }), []);
});

test.run();
