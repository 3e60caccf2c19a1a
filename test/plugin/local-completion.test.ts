import { chmodSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installCompletion } from '../../plugin/local-completion.ts';

const test = suite('plugin/local-completion');

const inFolder = async (body: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-completion-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const refusal = async (calledAs: string, path?: string): Promise<string> => {
  try {
    await installCompletion(calledAs, path);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return '';
};

test('a link beside the plugin points to it, wherever the plugin itself points', async () => {
  await inFolder(async (folder) => {
    const plugin = join(folder, 'kubectl-seccomp');
    symlinkSync('/elsewhere/store/v1/kubectl-seccomp', plugin);
    const path = join(folder, 'kubectl_complete-seccomp');
    assert.equal(await installCompletion(plugin, ''), { path, isNew: true });
    assert.is(readlinkSync(path), 'kubectl-seccomp');
    assert.equal(await installCompletion(plugin, ''), { path, isNew: false });
  });
});

test('a script is linked without its ending, another name of the plugin under that name', async () => {
  await inFolder(async (folder) => {
    const { path } = await installCompletion(join(folder, 'kubectl-seccomp.js'), '');
    assert.equal(
      [path, readlinkSync(path)],
      [join(folder, 'kubectl_complete-seccomp'), 'kubectl-seccomp.js'],
    );
    const other = await installCompletion(join(folder, 'kubectl-node_seccomp'), '');
    assert.is(other.path, join(folder, 'kubectl_complete-node_seccomp'));
  });
});

test('called by its bare name, it is where the PATH has it first', async () => {
  await inFolder(async (folder) => {
    const [empty, first] = ['a', 'b'].map((name) => join(folder, name)) as [string, string];
    for (const path of [empty, first]) mkdirSync(path);
    writeFileSync(join(first, 'kubectl-seccomp'), '');
    chmodSync(join(first, 'kubectl-seccomp'), 0o755);
    const { path } = await installCompletion('kubectl-seccomp', [empty, first].join(delimiter));
    assert.is(path, join(first, 'kubectl_complete-seccomp'));
    assert.match(await refusal('kubectl-seccomp', empty), 'is not found on the PATH');
  });
});

test('what else lies there, a name that kubectl would not find, and a folder that is not ours are refused', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'kubectl_complete-seccomp'), '');
    assert.match(await refusal(join(folder, 'kubectl-seccomp')), 'is there already, and is something else');
    assert.match(await refusal(join(folder, 'seccomp')), 'is not called kubectl-NAME');
    assert.match(await refusal(join(folder, 'none/kubectl-seccomp')), /cannot write ".*": ENOENT/);
  });
});

test.run();
