import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { goArchitecture } from '../../bootstrap/facts.ts';
import { runOnFolder } from '../../bootstrap/run-on-folder.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { generationName } from '../../src/protocol/layout.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { InstallRequest } from '../../src/protocol/request.ts';
import { sampleBundle, sampleProfileBytes, sampleSource } from '../support/bundle-samples.ts';
import { ageTree, inTemporaryFolder, readTree, writeTree } from '../support/real-tree.ts';
import { FOREIGN, installRequest, removeRequest, sampleVersions } from '../support/root-samples.ts';

const test = suite('bootstrap/run-on-folder');

const { first, second } = await sampleVersions();
const FIRST = generationName('web', first.digest);

const apply = (
  root: string,
  bundle: Bundle,
  revision: number,
  overrides: Partial<InstallRequest> = {},
): Promise<Report> =>
  runOnFolder(root, installRequest(bundle, revision, overrides), sampleSource(bundle.tar, 1000));

/** Gives each test a root with foreign things in it. */
const onRoot = (title: string, use: (root: string) => Promise<void>): void => {
  test(title, () =>
    inTemporaryFolder(async (folder) => {
      const root = join(folder, 'seccomp');
      mkdirSync(root);
      writeTree(root, FOREIGN);
      await use(root);
    }),
  );
};

onRoot('a fresh install is read through the link, with fixed modes whatever the umask', async (root) => {
  const umask = process.umask(0o077);
  const report = await apply(root, first, 1).finally(() => process.umask(umask));
  assert.is(report.outcome, 'installed');
  assert.is(report.digest, first.digest);
  assert.is(report.profiles, 2);
  assert.equal(readFileSync(join(root, 'web/a.json')), Buffer.from(sampleProfileBytes('mkdir')));
  for (const [path, mode] of [
    ['', 0o755],
    ['/sub', 0o755],
    ['/a.json', 0o644],
    ['/sub/b.json', 0o644],
    ['/.manifest.json', 0o644],
  ] as const) {
    assert.is(lstatSync(join(root, FIRST + path)).mode & 0o7777, mode, path);
  }
});

onRoot('an install, an update, a switch back and a remove leave the root as it was', async (root) => {
  const before = readTree(root);
  const outcomes: string[] = [];
  for (const [bundle, revision] of [
    [first, 1],
    [first, 1],
    [second, 2],
    [first, 3],
  ] as const) {
    outcomes.push((await apply(root, bundle, revision)).outcome);
  }
  const removed = await runOnFolder(root, removeRequest(4));
  const again = await runOnFolder(root, removeRequest(4));
  assert.equal(
    [...outcomes, removed.outcome, again.outcome],
    ['installed', 'unchanged', 'installed', 'switched', 'removed', 'absent'],
  );
  assert.is(removed.previousDigest, first.digest);
  assert.equal(readTree(root), before);
});

onRoot('a lower revision is stale, to install and to remove, unless forced', async (root) => {
  await apply(root, second, 5);
  const before = readTree(root);
  assert.is((await apply(root, first, 4)).error?.code, 'stale');
  assert.is((await runOnFolder(root, removeRequest(4))).error?.code, 'stale');
  assert.equal(readTree(root), before);
  assert.is((await apply(root, first, 4, { force: true })).outcome, 'installed');
});

onRoot('every kind of drift is found by an inspection and repaired by the next install', async (root) => {
  await apply(root, first, 1);
  const intact = readTree(root);
  const inside = (path: string) => join(root, FIRST, path);
  const outside = join(root, 'profiles/x.json');
  const replace = (plant: () => void): void => {
    rmSync(inside('a.json'));
    plant();
  };
  const damages: readonly (readonly [string, string, () => void])[] = [
    ['a.json', 'changed', () => writeFileSync(inside('a.json'), 'x')],
    ['a.json', 'missing', () => rmSync(inside('a.json'))],
    ['a.json', 'mode', () => chmodSync(inside('a.json'), 0o666)],
    ['.manifest.json', 'mode', () => chmodSync(inside('.manifest.json'), 0o600)],
    ['sub', 'mode', () => chmodSync(inside('sub'), 0o777)],
    ['.', 'mode', () => chmodSync(inside(''), 0o777)],
    [
      'extra',
      'extra',
      () =>
        writeTree(root, {
          [`${FIRST}/extra`]: { kind: 'folder', mode: 0o755, tree: { x: { kind: 'link', target: '/etc' } } },
        }),
    ],
    ['a.json', 'not-a-file', () => replace(() => symlinkSync(outside, inside('a.json')))],
    ['a.json', 'not-a-file', () => replace(() => mkdirSync(inside('a.json')))],
    [
      'sub',
      'not-a-file',
      () => {
        renameSync(inside('sub'), join(root, 'moved'));
        symlinkSync(join(root, 'profiles'), inside('sub'));
      },
    ],
  ];
  for (const [path, kind, damage] of damages) {
    damage();
    const inspected = await runOnFolder(root, { version: 1, operation: 'inspect', bundle: 'web' });
    const drift = inspected.inspection?.bundles[0]?.generations[0]?.drift;
    assert.ok(
      drift?.some((one) => one.path === path && one.kind === kind),
      `${path} ${kind}: ${JSON.stringify(drift)}`,
    );
    assert.is((await apply(root, first, 1)).outcome, 'repaired', `${path} ${kind}`);
    rmSync(join(root, 'moved'), { recursive: true, force: true });
    assert.equal(readTree(root), intact, `${path} ${kind}`);
  }
});

onRoot(
  'whatever foreign stands at a name of ours is named, refused and left alone, also with force',
  async (root) => {
    const file = { kind: 'file', mode: 0o644, content: 'mine' } as const;
    for (const [name, entry] of [
      ['web', file],
      ['web', { kind: 'folder', mode: 0o755, tree: {} }],
      ['web', { kind: 'folder', mode: 0o1700, tree: { mine: file } }],
      ['web', { kind: 'link', target: '/etc' }],
      ['web', { kind: 'link', target: `other@${'a'.repeat(16)}` }],
      ['web', { kind: 'link', target: `../seccomp/${FIRST}` }],
      [FIRST, file],
      [FIRST, { kind: 'link', target: 'profiles' }],
      ['.web.json', { kind: 'folder', mode: 0o755, tree: {} }],
      ['.web.json', { kind: 'link', target: '/etc/passwd' }],
    ] as const) {
      writeTree(root, { [name]: entry });
      const before = readTree(root);
      const { error } = await apply(root, first, 1, { force: true });
      assert.is(error?.code, 'foreign', `${name} ${JSON.stringify(entry)}`);
      assert.ok(error?.message.includes(name));
      assert.equal(readTree(root), before);
      rmSync(join(root, name), { recursive: true });
    }
  },
);

onRoot(
  'a generation whose manifest is damaged is refused, and moved aside with force, never deleted',
  async (root) => {
    await apply(root, first, 1);
    writeFileSync(join(root, FIRST, '.manifest.json'), '{}');
    const before = readTree(root);
    assert.is((await apply(root, first, 1)).error?.code, 'damaged');
    assert.equal(readTree(root), before);
    assert.is((await apply(root, first, 1, { force: true })).outcome, 'installed');
    const aside = Object.keys(readTree(root)).find((name) => name.startsWith(`${FIRST}.damaged-`));
    assert.equal(readTree(root)[aside ?? ''], before[FIRST]);
    await runOnFolder(root, removeRequest(2));
    assert.ok(existsSync(join(root, aside ?? 'gone')), 'what was moved aside is foreign from then on');
  },
);

onRoot('a record that cannot be read is refused, and moved aside with force', async (root) => {
  await apply(root, first, 1);
  for (const content of ['', '{"version":2}', 'x'.repeat(10_000)]) {
    writeFileSync(join(root, '.web.json'), content);
    assert.is((await apply(root, second, 2)).error?.code, 'damaged');
  }
  assert.is((await apply(root, second, 2, { force: true })).outcome, 'installed');
});

onRoot('a digest that only begins alike is a clash', async (root) => {
  await apply(root, first, 1);
  const before = readTree(root);
  const digest = first.digest.slice(0, 16) + 'f'.repeat(48);
  assert.is((await apply(root, first, 2, { digest })).error?.code, 'clash');
  assert.equal(readTree(root), before);
});

onRoot('of a profile with builds this node gets its own; without one nothing is written', async (root) => {
  const build = (architecture: string, syscall: string) => ({
    path: 'a.json',
    content: sampleProfileBytes(syscall),
    architectures: [architecture],
    source: { format: 'docker', sha256: 'd'.repeat(64) } as const,
  });
  const before = readTree(root);
  const other = await sampleBundle({ profiles: [build('s390x', 'mkdir'), build('riscv64', 'rmdir')] });
  const { error } = await apply(root, other, 1);
  assert.is(error?.code, 'architecture');
  assert.match(error?.message ?? '', `a.json has no build for ${goArchitecture()}`);
  assert.equal(readTree(root), before);
  const mine = await sampleBundle({ profiles: [build('s390x', 'mkdir'), build(goArchitecture(), 'rmdir')] });
  assert.is((await apply(root, mine, 2)).outcome, 'installed');
  assert.equal(readFileSync(join(root, 'web/a.json')), Buffer.from(sampleProfileBytes('rmdir')));
});

onRoot('a bundle that is not the requested one is refused and nothing is written', async (root) => {
  const before = readTree(root);
  const otherDigest = await runOnFolder(root, installRequest(first, 1), sampleSource(second.tar));
  assert.is(otherDigest.error?.code, 'bundle');
  const otherName = await apply(root, first, 1, { bundle: 'other' });
  assert.is(otherName.error?.code, 'bundle');
  assert.equal(readTree(root), before);
});

onRoot('leftovers of dead runs are swept when old, and only ours', async (root) => {
  const id = '0'.repeat(32);
  const names = [`.${FIRST}.partial-${id}`, `.other.partial-${id}`, `.${FIRST}.partial-mine`, `.trash-${id}`];
  for (const name of names)
    writeTree(root, { [name]: { kind: 'folder', mode: 0o755, tree: { x: { kind: 'link', target: '/' } } } });
  await apply(root, first, 1);
  assert.ok(
    names.every((name) => existsSync(join(root, name))),
    'young ones may belong to a run at work',
  );
  ageTree(root);
  await apply(root, first, 1);
  assert.equal(
    names.map((name) => existsSync(join(root, name))),
    [false, false, true, true],
  );
});

onRoot('an inspection lists bundles, generations and foreign names, and changes nothing', async (root) => {
  await apply(root, first, 1);
  await apply(root, second, 2);
  const before = readTree(root);
  const { inspection } = await runOnFolder(root, { version: 1, operation: 'inspect' });
  assert.equal(inspection?.foreign, ['custom.json', 'operator', 'profiles']);
  assert.equal(inspection?.leftovers, []);
  const [web] = inspection?.bundles ?? [];
  assert.is(web?.current, generationName('web', second.digest));
  assert.is(web?.revision, 2);
  assert.equal(web?.problems, []);
  assert.equal(
    web?.generations.map(({ digest, state }) => [digest, state]).sort(),
    [
      [first.digest, 'intact'],
      [second.digest, 'intact'],
    ].sort(),
  );
  assert.equal(readTree(root), before);
});

test('a missing root is made by install; asked about, it is a mistyped path and not an empty one', () =>
  inTemporaryFolder(async (folder) => {
    const root = join(folder, 'seccomp');
    for (const request of [removeRequest(1), { version: 1, operation: 'inspect' } as const]) {
      const { outcome, error } = await runOnFolder(root, request);
      assert.is(outcome, 'failed');
      assert.equal(error, { code: 'disk', message: `there is no folder "${root}"` });
    }
    assert.not(existsSync(root));
    const below = await apply(join(root, 'deeper'), first, 1);
    assert.equal(below.error, { code: 'disk', message: `there is no folder "${root}"` });
    assert.is((await apply(root, first, 1)).outcome, 'installed');
    assert.is(lstatSync(root).mode & 0o7777, 0o755);
    await runOnFolder(root, removeRequest(2));
    assert.equal(readTree(folder), { seccomp: { kind: 'folder', mode: 0o755, tree: {} } });
  }));

test('a root that is a link is resolved once', () =>
  inTemporaryFolder(async (folder) => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'seccomp'));
    assert.is((await apply(join(folder, 'seccomp'), first, 1)).outcome, 'installed');
    assert.ok(existsSync(join(folder, 'real/web/a.json')));
  }));

test.run();
