// Ways to new namespaces that a filter leaves open.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkNamespaces } from '../../../../src/profile/lint/check-namespaces.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-namespaces');

const masked = (mask: number, index = 0) => allow(['clone'], when(index, 'MASKED_EQ', mask, 0));
const tell = (profile: Readonly<Record<string, unknown>>, architecture: 'amd64' | 's390x' = 'amd64') =>
  spellAll(tellOf(checkNamespaces, profile, { architecture }));

test('a mask without one of the flags is told, as in older profiles of Docker', () => {
  assert.equal(tell(allowList(masked(0x7c020000))), [
    'SP501 warning $.syscalls[0]: clone is refused with some namespace flags, but goes through with CLONE_NEWCGROUP',
  ]);
});

test('the whole mask is not, nor on s390x, where the flags are the second argument', () => {
  assert.equal(tell(allowList(masked(0x7e020000))), []);
  assert.equal(tell(allowList(masked(0x7e020000, 1)), 's390x'), []);
  assert.equal(tell(allowList(masked(0x7c020000, 1)), 's390x').length, 1);
});

test('clone3 and unshare that go through undo the mask', () => {
  assert.equal(tell(allowList(masked(0x7e020000), allow(['clone3', 'unshare']))), [
    'SP502 warning $.syscalls[1]: clone3 goes through with the namespace flags that clone is refused with: its flags lie in memory, where no filter sees them',
    'SP502 warning $.syscalls[1]: unshare goes through with the namespace flags that clone is refused with: it makes the same namespaces for the calling process',
  ]);
});

test('a deny-list that refuses one namespace has the other holes', () => {
  const told = tell(denyList(refuse(['clone'], when(0, 'MASKED_EQ', 0x1000_0000, 0x1000_0000))));
  assert.equal(
    told.map((text) => text.slice(0, 13)),
    ['SP501 warning', 'SP502 warning', 'SP502 warning'],
  );
});

test('who does not refuse namespaces at all is not told here, but against RuntimeDefault', () => {
  assert.equal(tell(allowList(allow(['clone', 'clone3', 'unshare']))), []);
});

test.run();
