// Builds the cluster's programs from the Go modules beside this file, once: each lies in the cache under a hash of
// all it was made from. A build is made in a folder of its own and renamed, so that a killed one leaves nothing half.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './processes.ts';
import { cacheFolder } from './state.ts';
import { requirePrograms } from './tools.ts';

const HERE = import.meta.dirname;
const COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kubectl',
];

interface Step {
  readonly packages: readonly string[];
  /** A folder below the module's own in which the programs are put. */
  readonly into?: string;
  readonly cgo?: boolean;
  readonly tags?: string;
  /** What the linker is told, besides to strip. */
  readonly variables?: readonly string[];
}

interface Module {
  readonly name: ModuleName;
  readonly steps: readonly Step[];
  readonly links?: Readonly<Record<string, readonly string[]>>;
}

export type ModuleName = 'kubernetes' | 'node' | 'runc-other' | 'pause' | 'kwok';

/** Returns the version a module's go.mod requires of `path`, with its `v`. */
export const requiredVersion = (module: ModuleName, path: string): string => {
  const text = readFileSync(join(HERE, module, 'go.mod'), 'utf8');
  const version = text.split('\n').find((line) =>
    line
      .trim()
      .replace(/^require /, '')
      .startsWith(`${path} v`),
  );
  if (!version) throw new Error(`${module}/go.mod does not require ${path}`);
  return version
    .trim()
    .replace(/^require /, '')
    .split(' ')[1]!;
};

const modules = (): readonly Module[] => {
  const kubernetes = requiredVersion('kubernetes', 'k8s.io/kubernetes');
  const [major, minor] = kubernetes.slice(1).split('.');
  const component = 'k8s.io/component-base/version';
  const containerd = 'github.com/containerd/containerd/v2';
  const cni = 'github.com/containernetworking/plugins/plugins';
  const runc = 'github.com/opencontainers/runc';
  const otherRunc = requiredVersion('runc-other', runc).slice(1);
  return [
    {
      name: 'kubernetes',
      steps: [
        {
          packages: ['.'],
          variables: [
            `${component}.gitVersion=${kubernetes}`,
            `${component}.gitMajor=${major}`,
            `${component}.gitMinor=${minor}`,
          ],
        },
      ],
      links: { kubernetes: COMPONENTS },
    },
    {
      name: 'node',
      steps: [
        {
          packages: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map(
            (name) => `${containerd}/cmd/${name}`,
          ),
          tags: 'no_btrfs no_devmapper no_zfs',
          variables: [`${containerd}/version.Version=${requiredVersion('node', containerd)}`],
        },
        {
          packages: ['main/bridge', 'main/loopback', 'ipam/host-local', 'meta/portmap'].map(
            (name) => `${cni}/${name}`,
          ),
          into: 'cni',
        },
        // libseccomp is a C library: without cgo, runc would ignore profiles.
        { packages: [runc], cgo: true, tags: 'seccomp' },
      ],
    },
    {
      name: 'runc-other',
      steps: [{ packages: [runc], cgo: true, tags: 'seccomp', variables: [`main.version=${otherRunc}`] }],
    },
    { name: 'pause', steps: [{ packages: ['.'] }] },
    // Simulated nodes, by the hundred.
    { name: 'kwok', steps: [{ packages: ['sigs.k8s.io/kwok/cmd/kwok'] }] },
  ];
};

let goVersion: string | undefined;

const environment = (cgo: boolean): Record<string, string> => ({
  PATH: `${process.env.PATH ?? ''}:/usr/local/go/bin`,
  CGO_ENABLED: cgo ? '1' : '0',
  GOWORK: 'off',
  // The flags of the person's own environment must not get into what the key says.
  GOFLAGS: '-buildvcs=false',
});

const keyOf = (module: Module): string => {
  goVersion ??= execFileSync('go', ['env', 'GOVERSION'], {
    encoding: 'utf8',
    cwd: HERE,
    env: { ...process.env, ...environment(false) },
  }).trim();
  const hash = createHash('sha256').update(JSON.stringify([goVersion, process.arch, module]));
  for (const file of ['go.mod', 'go.sum', 'main.go']) {
    const path = join(HERE, module.name, file);
    hash.update(`\0${file}\0`).update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex').slice(0, 16);
};

const folderOf = (cache: string, module: Module): string =>
  join(cache, 'build', `${module.name}-${keyOf(module)}`);

/** The folder of each module's programs. */
export type Binaries = Readonly<Record<ModuleName, string>>;

/** Returns where the built programs are; undefined unless all are built (or there is no Go to ask for its version). */
export const findBinaries = (cache = cacheFolder()): Binaries | undefined => {
  try {
    const folders = modules().map((module) => [module.name, folderOf(cache, module)] as const);
    return folders.every(([, folder]) => existsSync(folder))
      ? (Object.fromEntries(folders) as Binaries)
      : undefined;
  } catch {
    return undefined;
  }
};

/** Builds what isn't built yet, and returns where it all is. `say` gets a line for each module that is built. */
export const buildBinaries = async (
  say: (line: string) => void,
  cache = cacheFolder(),
): Promise<Binaries> => {
  sweepPartial(join(cache, 'build'));
  const folders: Partial<Record<ModuleName, string>> = {};
  for (const module of modules()) {
    const folder = folderOf(cache, module);
    folders[module.name] = folder;
    if (existsSync(folder)) continue;
    requirePrograms(['gcc', 'pkg-config']);
    const startedAt = Date.now();
    say(`building ${module.name} …`);
    await build(module, folder);
    say(`built ${module.name} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  return folders as Binaries;
};

const build = async (module: Module, folder: string): Promise<void> => {
  const partial = partialName(folder);
  for (const step of module.steps) {
    const out = join(partial, step.into ?? '.');
    mkdirSync(out, { recursive: true });
    const variables = (step.variables ?? []).map((one) => ` -X ${one}`).join('');
    await mustRun(
      [
        ...['go', 'build', '-C', join(HERE, module.name), '-trimpath', '-ldflags', `-s -w${variables}`],
        ...(step.tags ? ['-tags', step.tags] : []),
        ...['-o', `${out}/`, ...step.packages],
      ],
      { env: environment(step.cgo ?? false) },
    );
  }
  for (const [target, names] of Object.entries(module.links ?? {})) {
    for (const name of names) symlinkSync(target, join(partial, name));
  }
  publish(partial, folder);
};

/** A name beside `path` for something half-made, which tells whose it is. */
export const partialName = (path: string): string => `${path}.partial-${process.pid}`;

/** Renames what is now whole; where another process was quicker, its work is as good. */
export const publish = (partial: string, path: string): void => {
  try {
    renameSync(partial, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
};

/** Removes what killed processes left half-made in a folder. */
export const sweepPartial = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const owner = /\.partial-(\d+)$/.exec(name)?.[1];
    if (owner && !existsSync(`/proc/${owner}`)) rmSync(join(folder, name), { recursive: true, force: true });
  }
};
