// Refusals that bits pass which the kernel ignores. That it does was tried on Linux 6.18: socket(0x100000028, …) opens
// an AF_VSOCK socket under a filter that refuses 40.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkUpperBits } from '../../../../src/profile/lint/check-upper-bits.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-upper-bits');

const tell = (profile: Readonly<Record<string, unknown>>) => spellAll(tellOf(checkUpperBits, profile));

test('a refused address family that goes through with upper bits set is told, as with moby', () => {
  const rest = 'and means the same: the kernel looks at the lower 32 bits, this filter at all 64';
  assert.equal(tell(allowList(allow(['socket'], when(0, 'NE', 40)))), [
    `SP504 warning $.syscalls[0]: socket: a0=40 is refused, but a0=0x100000028 goes through ${rest}`,
  ]);
  assert.equal(tell(denyList(refuse(['ioctl'], when(1, 'EQ', 0x5412)))), [
    `SP504 warning $.syscalls[0]: ioctl: a1=0x5412 is refused, but a1=0x100005412 goes through ${rest}`,
  ]);
});

test('a second condition on another argument is kept', () => {
  const told = tell(denyList(refuse(['socket'], when(0, 'EQ', 16), when(2, 'EQ', 9))));
  assert.is(told.length, 1);
});

test('masks, allowed single values and arguments of 64 bits are fine', () => {
  for (const profile of [
    denyList(refuse(['socket'], when(0, 'MASKED_EQ', 0xffff_ffff, 40))),
    allowList(allow(['personality'], when(0, 'EQ', 8)), allow(['personality'], when(0, 'EQ', 0xffff_ffff))),
    allowList(allow(['clone'], when(0, 'MASKED_EQ', 2114060288, 0))),
    denyList(refuse(['mmap'], when(2, 'EQ', 7))),
  ])
    assert.equal(tell(profile), []);
});

test.run();
