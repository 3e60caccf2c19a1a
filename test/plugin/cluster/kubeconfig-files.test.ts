// Which files are read, and which may be missing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listKubeconfigPaths, readKubeconfig } from '../../../plugin/cluster/kubeconfig-files.ts';

const test = suite<{ folder: string }>('plugin/cluster/kubeconfig-files');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'kubeconfig-files-'));
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('--kubeconfig goes before KUBECONFIG, and that before the home folder', () => {
  const environment = { KUBECONFIG: ['/a', '', '/b', '/a'].join(delimiter), HOME: '/home/jo' };
  assert.equal(listKubeconfigPaths('/flag', environment), ['/flag']);
  assert.equal(listKubeconfigPaths(undefined, environment), ['/a', '/b']);
  assert.equal(listKubeconfigPaths(undefined, { KUBECONFIG: '', HOME: '/home/jo' }), [
    '/home/jo/.kube/config',
  ]);
  assert.equal(listKubeconfigPaths(undefined, {}), []);
});

test('missing files of the list are passed over, and all of them may be missing', async ({ folder }) => {
  writeFileSync(join(folder, 'b'), 'current-context: x');
  const KUBECONFIG = [join(folder, 'a'), join(folder, 'b')].join(delimiter);
  assert.is((await readKubeconfig(undefined, { KUBECONFIG })).currentContext, 'x');
  assert.is((await readKubeconfig(undefined, { KUBECONFIG: join(folder, 'a') })).currentContext, undefined);
});

test('a file that --kubeconfig names must be there', async ({ folder }) => {
  const error = await readKubeconfig(join(folder, 'a'), {}).catch((thrown: Error) => thrown.message);
  assert.is(error, `cannot read the kubeconfig file "${join(folder, 'a')}": ENOENT`);
});

test('what is there but cannot be read is an error', async ({ folder }) => {
  const error = await readKubeconfig(undefined, { KUBECONFIG: folder }).catch(
    (thrown: Error) => thrown.message,
  );
  assert.match(String(error), /EISDIR/);
});

test.run();
