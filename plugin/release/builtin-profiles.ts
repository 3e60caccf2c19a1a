// Makes src/profile/builtin-{containerd,cri-o,docker}.generated.json: the runtimes' own default seccomp profiles, each change
// by the version that brought it. Run it so: node --import tsx plugin/release/builtin-profiles.ts
// It needs Go, whose proxy gives the modules. containerd's profile is asked of its code (containerd-default.ts);
// containers/common's is the file seccomp.json of that module, which CRI-O then amends.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuiltinProfile, BuiltinRule } from '../../src/profile/builtin-data.ts';
import { encode } from './builtin-encoding.ts';
import { foldRuns } from './builtin-folding.ts';
import { downloadModule, runContainerdDefault } from './containerd-default.ts';
import { amendAsCrio } from './crio-amendments.ts';

/** The version that a change came with → the version that it is read from, where that one is still to be had. */
const CONTAINERD: Readonly<Record<string, string>> = {
  '1.6.0': '1.6.0',
  '1.6.7': '1.6.7',
  '1.6.9': '1.6.9',
  '1.6.16': '1.6.16',
  '1.6.22': '1.6.22',
  '1.6.28': '1.6.28',
  '1.7.0': '1.7.0',
  '1.7.3': '1.7.3',
  '1.7.13': '1.7.13',
  '1.7.32': '1.7.32',
  '2.0.0': '2.0.0',
  '2.0.9': '2.0.11',
  '2.0.14': '2.0.14',
  '2.1.0': '2.1.0',
  '2.2.0': '2.2.0',
  '2.2.4': '2.2.4',
  '2.3.0': '2.3.0',
  '2.3.1': '2.3.1',
  '2.3.7': '2.3.7',
  '2.4.0': '2.4.0',
  '2.4.2': '2.4.2',
};

/** CRI-O's version → the module that its go.mod asks for. */
const CRIO: Readonly<Record<string, readonly [path: string, version: string]>> = {
  '1.30.6': ['github.com/containers/common', 'v0.57.4'],
  '1.31.0': ['github.com/containers/common', 'v0.60.2'],
  '1.32.0': ['github.com/containers/common', 'v0.61.0'],
  '1.33.0': ['github.com/containers/common', 'v0.63.0'],
  '1.34.0': ['github.com/containers/common', 'v0.64.2'],
  '1.35.0': ['go.podman.io/common', 'v0.66.1'],
  '1.35.1': ['go.podman.io/common', 'v0.66.2-0.20260126213724-1e46b0756b39'],
  '1.36.0': ['go.podman.io/common', 'v0.66.2-0.20260126213724-1e46b0756b39'],
};

/** Docker's own, which no node of Kubernetes uses any more, but many files were made from. */
const DOCKER: Readonly<Record<string, readonly [path: string, version: string]>> = {
  '0.2.4': ['github.com/moby/profiles/seccomp', 'v0.2.4'],
};

const ABOUT =
  'Default seccomp profiles in Docker\'s form, made by plugin/release/builtin-profiles.ts, which says how. versions: the version that a profile came with and its place. What stands beside "0-3 5", the profiles at these places have.';

/** A profile in Docker's form as its module has it. */
const readDocker = (folder: string, file: string): BuiltinProfile => {
  const { archMap, syscalls, ...head } = JSON.parse(
    readFileSync(join(folder, file), 'utf8'),
  ) as BuiltinProfile['head'] & {
    archMap: BuiltinProfile['archMap'];
    syscalls: readonly (BuiltinRule & { comment?: string })[];
  };
  const rules = syscalls.map(({ names, action, errnoRet, errno, args, includes, excludes }) => ({
    names: [...new Set(names)].sort(),
    action,
    ...(errnoRet !== undefined && { errnoRet }),
    ...(errno !== undefined && { errno }),
    ...(args != null && args.length > 0 && { args }),
    ...(Object.keys(includes ?? {}).length > 0 && { includes }),
    ...(Object.keys(excludes ?? {}).length > 0 && { excludes }),
  }));
  return { head, archMap, rules: withoutDecided(rules) };
};

/** Leaves out names that an earlier rule decides for good: they say nothing, and would only be warned of. */
const withoutDecided = (rules: readonly BuiltinRule[]): BuiltinRule[] => {
  const decided = new Set<string>();
  return rules.flatMap(({ names, ...rule }) => {
    const left = names.filter((name) => !decided.has(name));
    const isFinal = rule.args === undefined && rule.includes === undefined && rule.excludes === undefined;
    if (isFinal) for (const name of left) decided.add(name);
    return left.length === 0 ? [] : [{ names: left, ...rule }];
  });
};

const write = (
  engine: string,
  profiles: ReadonlyMap<string, BuiltinProfile>,
  from: readonly string[],
): void => {
  const target = new URL(`../../src/profile/builtin-${engine}.generated.json`, import.meta.url);
  const document = { about: ABOUT, from: [...new Set(from)], ...encode(profiles) };
  writeFileSync(fileURLToPath(target), `${JSON.stringify(document, null, 1)}\n`);
};

const containerd = Object.entries(CONTAINERD).map(([version, from]) => {
  const { provenance, ...answered } = runContainerdDefault(from);
  process.stderr.write(`containerd ${version}: ${answered.runs.length} cases\n`);
  return { version, provenance, profile: foldRuns(answered) };
});
write(
  'containerd',
  new Map(containerd.map(({ version, profile }) => [version, profile])),
  containerd.map(({ provenance }) => provenance),
);

const fromModules = (
  modules: Readonly<Record<string, readonly [path: string, version: string]>>,
  file: string,
  amend: (profile: BuiltinProfile) => BuiltinProfile,
) =>
  Object.entries(modules).map(([version, [path, moduleVersion]]) => {
    const { folder, provenance } = downloadModule(path, moduleVersion);
    return { version, provenance: `${provenance} ${file}`, profile: amend(readDocker(folder, file)) };
  });

for (const [engine, read] of [
  ['cri-o', fromModules(CRIO, 'pkg/seccomp/seccomp.json', amendAsCrio)],
  ['docker', fromModules(DOCKER, 'default.json', (profile) => profile)],
] as const) {
  write(
    engine,
    new Map(read.map(({ version, profile }) => [version, profile])),
    read.map(({ provenance }) => provenance),
  );
}
