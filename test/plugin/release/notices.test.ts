import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  packageFolders,
  readDefaultProfiles,
  readPackages,
  renderNotices,
} from '../../../plugin/release/notices.ts';

const test = suite('plugin/release/notices');

const inModules = async (
  packages: Readonly<Record<string, Readonly<Record<string, string>>>>,
  body: (sources: string[]) => Promise<void>,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-seccomp-notices-'));
  try {
    for (const [name, files] of Object.entries(packages)) {
      await mkdir(join(folder, 'node_modules', name), { recursive: true });
      for (const [file, text] of Object.entries(files)) {
        await writeFile(join(folder, 'node_modules', name, file), text);
      }
    }
    await body(Object.keys(packages).map((name) => join(folder, 'node_modules', name, 'main.js')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const sampleJson = (name: string): string => JSON.stringify({ name, version: '1.0.0', license: 'MIT' });

test('the folder of a package is the innermost one, scoped or not', () => {
  assert.equal(
    packageFolders([
      '/x/plugin/main.ts',
      '/x/node_modules/yaml/dist/a.js',
      '/x/node_modules/yaml/dist/b.js',
      '/x/node_modules/@scope/one/index.js',
      '/x/node_modules/cliui/node_modules/string-width/index.js',
    ]),
    ['/x/node_modules/@scope/one', '/x/node_modules/cliui/node_modules/string-width', '/x/node_modules/yaml'],
  );
});

test('every package is named once, by name, with its whole licence and notice', async () => {
  await inModules(
    {
      zeta: { 'package.json': sampleJson('zeta'), LICENSE: 'Z words\r\n', NOTICE: 'Z notice\n' },
      alpha: { 'package.json': sampleJson('alpha'), 'LICENSE.md': 'A words\n' },
      'zeta/node_modules/alpha': { 'package.json': sampleJson('alpha'), 'LICENSE.md': 'A words\n' },
    },
    async (sources) => {
      const text = renderNotices(await readPackages(sources));
      assert.equal(
        text.split('\n').filter((line) => line !== '' && !line.startsWith('=')),
        [
          'This program contains the following works of others, each under its own licence.',
          'alpha 1.0.0 (MIT)',
          'A words',
          'zeta 1.0.0 (MIT)',
          'Z words',
          'Z notice',
        ],
      );
    },
  );
});

test('the runtimes whose default profiles are built in are named, with the versions that were read', async () => {
  const text = renderNotices([await readDefaultProfiles()]);
  assert.match(text, 'Copyright The containerd Authors');
  for (const module of ['containerd/containerd/v2@v2.', 'containers/common@v0.', 'moby/profiles/seccomp@v0.'])
    assert.match(text, `- github.com/${module}`);
});

test('a package without the text of its licence cannot be shipped', async () => {
  await inModules({ bare: { 'package.json': sampleJson('bare') } }, async (sources) => {
    const thrown = await readPackages(sources).catch((error: unknown) => error);
    assert.match(String(thrown), /bare 1\.0\.0 has no licence text/);
  });
});

test('a package that leaves the text out has the one that is kept for it, under that licence only', async () => {
  const { version: _, ...json } = JSON.parse(sampleJson('yoga-layout'));
  const packageOf = (license: string) => ({
    'yoga-layout': { 'package.json': JSON.stringify({ ...json, version: '3.2.1', license }) },
  });
  await inModules(packageOf('MIT'), async (sources) => {
    const [yoga] = await readPackages(sources);
    assert.match(yoga?.text ?? '', /^MIT License\n\nCopyright \(c\) Meta Platforms/);
  });
  await inModules(packageOf('Other'), async (sources) => {
    let message = '';
    await readPackages(sources).catch((thrown: Error) => {
      message = thrown.message;
    });
    assert.match(message, 'yoga-layout 3.2.1 has no licence text');
  });
});

test.run();
