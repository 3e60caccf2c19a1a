// Calls that do what a refused one does.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkSiblings } from '../../../../src/profile/lint/check-siblings.ts';
import { SIBLINGS, SUCCESSORS } from '../../../../src/profile/lint/siblings.ts';
import { SYSCALL_NAMES } from '../../../../src/profile/syscalls.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-siblings');

const tell = (profile: Readonly<Record<string, unknown>>) => spellAll(tellOf(checkSiblings, profile));

test('mkdir without mkdirat, and chmod without what came later, are holes', () => {
  assert.equal(tell(denyList(refuse(['mkdir', 'chmod', 'fchmodat']))), [
    'SP505 warning $.syscalls[0]: chmod, fchmodat: refused, but a program can do the same by fchmodat2, which goes through',
    'SP505 warning $.syscalls[0]: mkdir: refused, but a program can do the same by mkdirat, which goes through',
  ]);
});

test('what another rule lets through or decides by arguments was thought of', () => {
  assert.equal(tell(denyList(refuse(['mkdir', 'mkdirat']))), []);
  assert.equal(tell(denyList(refuse(['mkdir']), { ...allow(['mkdirat']), action: 'SCMP_ACT_LOG' })), []);
  assert.equal(tell(denyList(refuse(['mkdir']), refuse(['mkdirat'], when(0, 'EQ', 3)))), []);
});

test('allow-lists refuse what they do not name', () => {
  assert.equal(tell(allowList({ ...refuse(['mkdir']), errnoRet: 38 }, allow(['mkdirat']))), []);
});

test('socket is not refused by itself where it goes through socketcall', () => {
  const profile = { ...denyList(refuse(['socket'])), architectures: ['SCMP_ARCH_X86'] };
  // libseccomp refuses that part of socketcall as well.
  assert.equal(tell(profile), []);
});

test('the tables name system calls', () => {
  const names = [...SIBLINGS, ...SUCCESSORS].flatMap(([name, others]) => [name, ...others]);
  assert.equal(
    names.filter((name) => !SYSCALL_NAMES.includes(name)),
    [],
  );
});

test.run();
