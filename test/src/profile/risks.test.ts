// The risks of system calls: every name is a real one, every sentence can stand after a name.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { placeAmongRisks, riskOf, riskyArguments } from '../../../src/profile/risks.ts';
import { SYSCALL_NAMES } from '../../../src/profile/syscalls.ts';

const test = suite('src/profile/risks');

test('what leads out of a container is dangerous, and most calls are no risk', () => {
  for (const name of ['mount', 'bpf', 'init_module', 'clone3', 'io_uring_setup', 'open_by_handle_at', 'iopl'])
    assert.is(riskOf(name)?.rank, 'dangerous', name);
  for (const name of ['ptrace', 'chroot', 'personality']) assert.is(riskOf(name)?.rank, 'notable', name);
  for (const name of ['read', 'nonsense', '']) assert.is(riskOf(name), undefined);
});

test('all risks are of calls that the tables know', () => {
  const known = SYSCALL_NAMES.filter((name) => riskOf(name) !== undefined);
  assert.ok(known.length > 80);
  // The place of the last tells how many there are.
  assert.is(Math.max(...known.map(placeAmongRisks)) + 1, known.length);
});

test('a sentence goes on after a name and ends without a full stop', () => {
  for (const name of SYSCALL_NAMES) {
    const risk = riskOf(name);
    if (risk !== undefined) assert.match(risk.sentence, /^[a-z].*[^.]$/);
  }
});

test('where the risk is in an argument, the argument is known, also where it stands elsewhere', () => {
  assert.equal(riskyArguments('mount', 'SCMP_ARCH_X86_64'), []);
  assert.equal(riskyArguments('clone', 'SCMP_ARCH_X86_64'), [0x10000000n]);
  assert.equal(riskyArguments('clone', 'SCMP_ARCH_S390X'), [0n, 0x10000000n]);
});

test('the worst come first', () => {
  assert.ok(placeAmongRisks('init_module') < placeAmongRisks('keyctl'));
  assert.ok(placeAmongRisks('keyctl') < placeAmongRisks('ptrace'));
});

test.run();
