// Names that nodes do not know.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkNames } from '../../../../src/profile/lint/check-names.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-names');

test('a name of no architecture is told, with the one that is likely meant', () => {
  assert.equal(spellAll(tellOf(checkNames, allowList(allow(['readd', 'posix_fallocate'])))), [
    'SP202 warning $.syscalls[0]: "readd" is no system call of any architecture; runtimes pass over it; did you mean read?',
    'SP202 warning $.syscalls[0]: "posix_fallocate" is no system call of any architecture; runtimes pass over it',
  ]);
});

test('names of other architectures are a note, once for a rule, and none where one of the nodes has them', () => {
  const profile = allowList(allow(['open', 's390_runtime_instr', 'riscv_flush_icache']));
  const [told, ...more] = spellAll(tellOf(checkNames, profile, {}, { architecture: 'arm64' }));
  assert.match(
    told!,
    /^SP216 note \$\.syscalls\[0\]: s390_runtime_instr, riscv_flush_icache: on no architecture/,
  );
  assert.equal(more, []);
});

test('a refusal by a name that an older libseccomp does not know is a hole there: a warning', () => {
  const tell = (profile: Readonly<Record<string, unknown>>, libseccomp?: string) =>
    spellAll(tellOf(checkNames, profile, libseccomp === undefined ? {} : { libseccomp }));
  assert.equal(tell(denyList(refuse(['mseal']))), [
    'SP217 warning $.syscalls[0]: mseal: unknown to libseccomp before 2.6.0, so runtimes pass over it and the call goes through there',
  ]);
  assert.equal(tell(allowList(allow(['mseal'])), '2.5.4'), [
    'SP217 note $.syscalls[0]: mseal: unknown to libseccomp 2.5.4, so runtimes pass over it and the default applies there',
  ]);
  assert.match(tell(allowList({ ...refuse(['mseal']), errnoRet: 38 }))[0]!, /^SP217 note/);
  assert.equal(tell(denyList(refuse(['mseal'])), '2.6.0'), []);
});

test.run();
