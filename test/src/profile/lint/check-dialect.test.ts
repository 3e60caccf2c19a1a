// What a file becomes for a reader that does not know all of its fields.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkDialect } from '../../../../src/profile/lint/check-dialect.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-dialect');

type Fields = Readonly<Record<string, unknown>>;
const tell = (profile: Fields, dialect: 'containerd' | 'cri-o' | 'docker') =>
  spellAll(tellOf(checkDialect, profile, { dialect }));

const byCapability = allowList({ ...allow(['acct', 'mount', 'bpf']), includes: { caps: ['CAP_SYS_ADMIN'] } });

test('under containerd what asks for a capability is allowed without it, the worst calls first: an error', () => {
  assert.equal(tell(byCapability, 'containerd'), [
    'SP215 error $.syscalls[0]: containerd passes "includes.caps" (CAP_SYS_ADMIN) over: ALLOW of mount, bpf, acct holds all the same',
  ]);
});

test('Docker and CRI-O decide it, and a bundle is compiled', () => {
  assert.equal(tell(byCapability, 'cri-o'), []);
  assert.equal(tell(byCapability, 'docker'), []);
});

test('a container that has the capability loses nothing', () => {
  const facts = { dialect: 'containerd', capabilities: ['CAP_SYS_ADMIN'] } as const;
  assert.equal(tellOf(checkDialect, byCapability, facts), []);
});

test('CRI-O passes over minKernel', () => {
  const profile = allowList({ ...allow(['ptrace']), includes: { minKernel: '9.1' } });
  assert.equal(tell(profile, 'cri-o'), [
    'SP218 error $.syscalls[0]: CRI-O passes "includes.minKernel" (9.1) over: ALLOW of ptrace holds all the same',
  ]);
});

test('rules for other architectures are told only where the node has the call', () => {
  const only = (name: string) => allowList({ ...allow([name]), includes: { arches: ['riscv64'] } });
  assert.equal(tell(only('riscv_flush_icache'), 'containerd'), []);
  assert.is(tell(only('ptrace'), 'containerd').length, 1);
});

test('a refusal that was to be left out is a warning, as it lets nothing through', () => {
  const profile = denyList({ ...refuse(['mkdir']), excludes: { arches: ['amd64'] } });
  assert.match(tell(profile, 'containerd')[0]!, /^SP215 warning/);
});

test('the single name is passed over, and with it the whole profile', () => {
  const rule = { name: 'mkdir', action: 'SCMP_ACT_ERRNO' };
  assert.equal(tell(denyList(rule, { ...rule, name: 'rmdir' }), 'containerd'), [
    'SP215 error $.syscalls[0]: containerd passes the single "name" over, so 2 rules of this file do nothing: nothing is refused',
  ]);
  assert.match(
    tell(allowList({ ...rule, action: 'SCMP_ACT_ALLOW' }), 'containerd')[0]!,
    /nothing is allowed, and no container starts$/,
  );
  assert.equal(tell(denyList(rule), 'cri-o'), []);
});

test('errnos by name become EPERM', () => {
  const rule = { ...refuse(['mkdir']), errno: 'ENOSYS' };
  assert.equal(tell({ ...denyList(rule) }, 'containerd'), [
    'SP215 warning $.syscalls[0]: containerd passes the string "errno" over: ERRNO 1 instead of ERRNO 38',
  ]);
  assert.equal(tell({ ...allowList(), defaultErrno: 'ENOSYS' }, 'containerd'), [
    'SP215 warning $.defaultAction: containerd passes "defaultErrno" over: ERRNO 1 instead of ERRNO 38',
  ]);
});

test.run();
