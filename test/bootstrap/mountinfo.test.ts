import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkSeccompMount, parseMountinfo } from '../../bootstrap/mountinfo.ts';
import { NodeFailure } from '../../bootstrap/node-failure.ts';

const test = suite('bootstrap/mountinfo');

const read = (name: string) =>
  parseMountinfo(readFileSync(new URL(`../fixtures/mountinfo/${name}.txt`, import.meta.url), 'utf8'));

const refusalOf = (name: string): string => {
  try {
    checkSeccompMount(read(name), '/host-seccomp');
  } catch (error) {
    assert.instance(error, NodeFailure);
    assert.is((error as NodeFailure).code, 'wrong-root');
    return (error as Error).message;
  }
  return 'accepted';
};

for (const name of [
  'ext4',
  'overlay',
  'btrfs-subvolume',
  'kind-bind',
  'own-file-system',
  'octal-escapes',
  'tmpfs',
]) {
  test(`the seccomp root beside the pod's own files is accepted: ${name}`, () => {
    assert.is(refusalOf(name), 'accepted');
  });
}

test('a folder under another root is refused, quoting both', () => {
  const message = refusalOf('ext4-wrong-root');
  assert.match(message, '/data/kubelet/seccomp on device 259:1');
  assert.match(message, '/var/lib/kubelet/pods/');
  assert.match(message, '/var/lib/kubelet/seccomp on that device was wanted');
});

test('the same path on another device is refused', () => {
  assert.match(refusalOf('other-device'), 'device 259:2');
});

test('without a file of this pod the kubelet root is unknown, and that is refused', () => {
  const mounts = read('ext4').filter(({ mountPoint }) => mountPoint === '/host-seccomp');
  assert.throws(() => checkSeccompMount(mounts, '/host-seccomp'), /cannot tell this node's kubelet root/);
});

test('the termination log is enough without /etc/hosts, as with the host network', () => {
  checkSeccompMount(
    read('ext4').filter(({ mountPoint }) => mountPoint !== '/etc/hosts'),
    '/host-seccomp',
  );
});

test('a folder of the image where the mount should be is refused', () => {
  assert.throws(() => checkSeccompMount(read('ext4'), '/elsewhere'), /\/elsewhere is no mount/);
});

test('octal escapes, optional fields and lines of another form are read as proc(5) says', () => {
  const [, , mount] = parseMountinfo(`nonsense\n\n${'a b\n'.repeat(3)}`).concat(read('octal-escapes'));
  assert.equal(
    read('octal-escapes').find(({ mountPoint }) => mountPoint === '/host-seccomp'),
    {
      device: '259:1',
      root: '/mnt/big disk/a\\b/kubelet/seccomp',
      mountPoint: '/host-seccomp',
      type: 'ext4',
    },
  );
  assert.is(mount?.mountPoint, '/etc/hosts');
});

test.run();
