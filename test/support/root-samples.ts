// Seccomp roots in memory: requests, runs on them, and the trees that a run should leave.
import type { Disk } from '../../bootstrap/disk.ts';
import { runRequest } from '../../bootstrap/run.ts';
import type { Site } from '../../bootstrap/site.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { parseRecord } from '../../src/protocol/node-record.ts';
import type { NodeFacts, Report } from '../../src/protocol/report.ts';
import type { InstallRequest, PruneRequest, RemoveRequest, Request } from '../../src/protocol/request.ts';
import { sampleBundle, sampleProfileBytes, sampleSource } from './bundle-samples.ts';
import { MemoryDisk, type Tree, type TreeEntry } from './memory-disk.ts';

export const SAMPLE_FACTS: NodeFacts = { architecture: 'amd64', kernel: '6.1.0' };

/** Two small versions of the bundle `web`: one file differs, one is the same. */
export const sampleVersions = async (): Promise<{ readonly first: Bundle; readonly second: Bundle }> => {
  const shared = { path: 'sub/b.json', content: sampleProfileBytes('ptrace') };
  return {
    first: await sampleBundle({
      profiles: [{ path: 'a.json', content: sampleProfileBytes('mkdir') }, shared],
    }),
    second: await sampleBundle({
      profiles: [{ path: 'a.json', content: sampleProfileBytes('rmdir') }, shared],
    }),
  };
};

/** What is not ours and must be the same after everything. */
export const FOREIGN: Tree = {
  'custom.json': { kind: 'file', mode: 0o600, uid: 7, content: '{"defaultAction":"SCMP_ACT_LOG"}' },
  operator: { kind: 'link', target: '/var/lib/security-profiles-operator' },
  profiles: {
    kind: 'folder',
    mode: 0o711,
    uid: 7,
    tree: { 'x.json': { kind: 'file', mode: 0o640, uid: 7, content: 'x' } },
  },
};

export const installRequest = (
  bundle: Bundle,
  revision: number,
  overrides: Partial<InstallRequest> = {},
): InstallRequest => ({
  version: 1,
  operation: 'install',
  bundle: bundle.manifest.name,
  digest: bundle.digest,
  revision,
  chunks: [],
  force: false,
  ...overrides,
});

export const removeRequest = (revision: number, overrides: Partial<RemoveRequest> = {}): RemoveRequest => ({
  version: 1,
  operation: 'remove',
  bundle: 'web',
  revision,
  force: false,
  ...overrides,
});

export const pruneRequest = (revision: number, kept: readonly string[] = []): PruneRequest => ({
  version: 1,
  operation: 'prune',
  bundle: 'web',
  revision,
  kept,
});

let lastId = 0;

/** Makes a site on any disk; ids count up, so that no two of a process are alike. */
export const sampleSite = (disk: Disk, root = '/root', overrides: Partial<Site> = {}): Site => ({
  disk,
  root,
  architecture: 'amd64',
  uid: 0,
  now: () => 0,
  newId: () => (++lastId).toString(16).padStart(32, '0'),
  ...overrides,
});

/** Runs a request with the bundles that an install may ask for. */
export const runOn = (site: Site, request: Request, bundles: readonly Bundle[] = []): Promise<Report> =>
  runRequest(site, request, SAMPLE_FACTS, () => {
    const bundle = bundles.find(({ digest }) => request.operation === 'install' && digest === request.digest);
    if (bundle === undefined) throw new Error('the test gave no such bundle');
    return sampleSource(bundle.tar, 4096);
  });

/** Runs requests one after another on a tree and returns the tree that they leave; fails where one fails. */
export const treeAfter = async (
  tree: Tree,
  requests: readonly Request[],
  bundles: readonly Bundle[],
): Promise<Tree> => {
  const disk = new MemoryDisk(tree);
  for (const request of requests) {
    const report = await runOn(sampleSite(disk), request, bundles);
    if (report.error) throw new Error(`${report.error.code}: ${report.error.message}`);
  }
  return disk.tree();
};

/** Changes one entry of a tree; undefined removes it. */
export const withEntry = (tree: Tree, path: string, entry: TreeEntry | undefined): Tree => {
  const [name = '', ...rest] = path.split('/');
  if (rest.length > 0) {
    const folder = tree[name];
    if (folder?.kind !== 'folder') throw new Error(`${name} is no folder`);
    return { ...tree, [name]: { ...folder, tree: withEntry(folder.tree, rest.join('/'), entry) } };
  }
  const others = Object.entries(tree).filter(([key]) => key !== name);
  return Object.fromEntries(entry === undefined ? others : [...others, [name, entry]]);
};

/** Renders a tree for comparison: sorted, and without the times in records. */
export const renderTree = (tree: Tree): string => JSON.stringify(plain(tree), null, 1);

const plain = (tree: Tree): unknown =>
  Object.keys(tree)
    .sort()
    .map((name) => {
      const entry = tree[name]!;
      if (entry.kind === 'folder')
        return [name, 'folder', entry.mode.toString(8), entry.uid ?? 0, plain(entry.tree)];
      if (entry.kind === 'link') return [name, 'link', entry.target];
      return [
        name,
        'file',
        entry.mode.toString(8),
        entry.uid ?? 0,
        name === '.web.json' ? timeless(entry.content) : entry.content,
      ];
    });

const timeless = (content: string): string => {
  try {
    return JSON.stringify({ ...parseRecord(content), at: '' });
  } catch {
    return content;
  }
};
