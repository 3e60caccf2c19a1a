// Values that do not fit where arguments have 32 bits.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkWidth } from '../../../../src/profile/lint/check-width.ts';
import { denyList, errno, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-width');

const tell = (condition: Readonly<Record<string, unknown>>, architectures = ['SCMP_ARCH_X86']) =>
  spellAll(tellOf(checkWidth, { ...denyList(errno(2, condition)), architectures }));

test('a wide value is told with what is made of it', () => {
  assert.equal(tell(when(0, 'EQ', 2n ** 32n + 3n)), [
    'SP411 warning $.syscalls[0]: a0 == 0x100000003 does not fit into 32 bits; there it is taken for a0 == 3 (on SCMP_ARCH_X86)',
  ]);
  assert.is(tell(when(0, 'MASKED_EQ', 2n ** 33n + 1n, 2n ** 33n)).length, 1);
});

test('a mask may be wide, as arguments have no bits there, and 64-bit architectures take all', () => {
  assert.equal(tell(when(0, 'MASKED_EQ', 2n ** 33n + 1n, 1)), []);
  assert.equal(tell(when(0, 'EQ', 0xffff_ffff)), []);
  assert.equal(tell(when(0, 'EQ', 2n ** 32n + 3n), ['SCMP_ARCH_AARCH64']), []);
});

test.run();
