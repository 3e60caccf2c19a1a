// Arguments that socketcall and ipc hide.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkParts } from '../../../../src/profile/lint/check-parts.ts';
import { denyList, refuse, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-parts');

const profile = denyList(refuse(['socket'], when(0, 'EQ', 40)));

test('conditions on a part of socketcall are told for i386, where they fall away', () => {
  assert.equal(spellAll(tellOf(checkParts, { ...profile, architectures: ['SCMP_ARCH_X86'] })), [
    'SP412 note $.syscalls[0]: socket: through socketcall no filter sees the arguments: ERRNO 1 there, whatever they are (on SCMP_ARCH_X86)',
  ]);
});

test('rules without conditions and architectures without socketcall are fine', () => {
  assert.equal(tellOf(checkParts, profile), []);
  const all = denyList(refuse(['socket']));
  assert.equal(tellOf(checkParts, { ...all, architectures: ['SCMP_ARCH_X86'] }), []);
});

test.run();
