// systemd's groups: every call under one of them, where there is one, and the telling ones first.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import data from '../../../src/profile/groups.generated.json' with { type: 'json' };
import {
  describeGroup,
  groupOf,
  groupsOf,
  SYSCALL_GROUPS,
  syscallsOfGroup,
} from '../../../src/profile/groups.ts';
import { SYSCALL_NAMES } from '../../../src/profile/syscalls.ts';

const test = suite('src/profile/groups');

test('a call is listed under the narrowest of its groups', () => {
  assert.equal(groupsOf('mount'), ['@mount']);
  assert.equal(groupsOf('delete_module'), ['@module', '@privileged']);
  assert.is(groupOf('socket'), '@network-io');
  assert.is(groupOf('ptrace'), '@debug');
  assert.is(groupOf('openat'), '@file-system');
  assert.is(groupOf('read'), '@basic-io');
  assert.is(groupOf('uname'), '@system-service');
});

test('groups within a group count as its own', () => {
  const privileged = syscallsOfGroup('@privileged')!;
  for (const name of syscallsOfGroup('@module')!) assert.ok(privileged.includes(name), name);
});

test('every group of the data has its words and its place, and no other', () => {
  assert.equal(SYSCALL_GROUPS.map(({ name }) => name).toSorted(), Object.keys(data.groups).toSorted());
  for (const { name } of SYSCALL_GROUPS) assert.ok(describeGroup(name), name);
});

test('every group holds calls of the tables, at least one of them under itself', () => {
  const listed = new Set(SYSCALL_NAMES.map(groupOf));
  for (const { name } of SYSCALL_GROUPS) {
    const calls = syscallsOfGroup(name)!;
    assert.equal(
      calls.filter((call) => !SYSCALL_NAMES.includes(call)),
      [],
      name,
    );
    assert.ok(listed.has(name), name);
  }
});

test('nine in ten calls have a group; what has none is said to have none', () => {
  assert.ok(SYSCALL_NAMES.filter((name) => groupOf(name) !== undefined).length > SYSCALL_NAMES.length * 0.9);
  assert.is(groupOf('mincore'), undefined);
  assert.equal(groupsOf('no_such_call'), []);
  assert.is(syscallsOfGroup('@no-such-group'), undefined);
});

test.run();
