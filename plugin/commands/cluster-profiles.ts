// From objects of the cluster to one bundle for each namespace: `<configmap>/<key>` of ConfigMaps, `<name>.json` of
// SeccompProfiles. What is wrong with one profile leaves out that one only.
import { checkBundleName } from '../../src/bundle/entry-path.ts';
import { packBundle } from '../../src/bundle/pack.ts';
import { SeccompError } from '../../src/error.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import type { CompileOptions, PreparedFile } from '../../src/profile/prepared.ts';
import { type Problem, renderProblem } from '../../src/profile/problem.ts';
import type { ProfileConfigMap, ProfileObject, ProfileObjects } from '../../src/workload/profile-objects.ts';
import type { InputFile } from './input-files.ts';
import { builds, checkPaths, type Inputs } from './inputs.ts';

interface SourceFile extends InputFile {
  /** A key of a ConfigMap is one profile at that very path; an object names its own. */
  readonly isObject: boolean;
}

/** What becomes one bundle. */
export interface BundleSource {
  readonly bundle: string;
  /** Such as `namespace shop`. */
  readonly shownAs: string;
  readonly files: readonly SourceFile[];
}

export interface SourcesWanted {
  readonly isFromConfigMaps: boolean;
  readonly isFromSpo: boolean;
  readonly namespace: string | undefined;
  /** Of the bundle of objects that have no namespace. */
  readonly name: string | undefined;
}

export interface Packed {
  /** Absent where nothing was left to pack. */
  readonly inputs?: Inputs;
  /** One line each. */
  readonly problems: readonly string[];
  readonly badCount: number;
  readonly count: number;
}

/** Reads the objects and puts them together by namespace, sorted. Throws `usage` where a bundle has no name. */
export const readSources = async (
  { isFromConfigMaps, isFromSpo, namespace, name }: SourcesWanted,
  objects: ProfileObjects,
): Promise<readonly BundleSource[]> => {
  const [maps, profiles] = await Promise.all([
    isFromConfigMaps ? objects.readConfigMaps(namespace) : [],
    isFromSpo ? objects.readSeccompProfiles(namespace) : [],
  ]);
  const isAnyWithout = profiles.some((one) => one.namespace === undefined);
  if (isAnyWithout && name === undefined)
    throw new SeccompError('usage', 'the SeccompProfiles of this cluster are in no namespace', {
      hint: 'Name their bundle with --name.',
    });
  if (!isAnyWithout && name !== undefined)
    throw new SeccompError('usage', `--name ${name}: each bundle is named as its namespace`);
  const files = [
    ...maps.flatMap((map) => filesOfConfigMap(map).map((file) => ({ namespace: map.namespace, file }))),
    ...profiles.map((one) => ({ namespace: one.namespace, file: fileOfObject(one) })),
  ];
  return [...Map.groupBy(files, (one) => one.namespace)]
    .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1))
    .map(([own, of]) => ({
      bundle: own ?? name ?? '',
      shownAs: own === undefined ? 'SeccompProfiles' : `namespace ${own}`,
      files: of.map(({ file }) => file),
    }));
};

const filesOfConfigMap = ({ namespace, name, entries }: ProfileConfigMap): SourceFile[] =>
  entries.map(({ key, content }) => ({
    shownAs: `${namespace}/${name}/${key}`,
    relativePath: `${name}/${key}`,
    content,
    isObject: false,
  }));

const fileOfObject = ({ namespace, name, content }: ProfileObject): SourceFile => ({
  shownAs: namespace === undefined ? name : `${namespace}/${name}`,
  relativePath: `${name}.json`,
  content,
  isObject: true,
});

/** Checks and packs; throws SeccompError for what is wrong with the bundle as a whole. */
export const packSource = async (
  { bundle, files }: BundleSource,
  compile: CompileOptions,
): Promise<Packed> => {
  const fault = checkBundleName(bundle);
  if (fault !== undefined)
    throw new SeccompError('bundle', fault, {
      hint: 'Write its profiles to files, and apply those under another name.',
    });
  const prepared = files.map((file) => {
    const made = prepareFile(file.content, file.shownAs, file.relativePath, compile);
    return { file, ...made, problems: [...made.problems, ...checkShape(file, made)] };
  });
  const isGood = ({ problems }: { readonly problems: readonly Problem[] }): boolean =>
    problems.every(({ severity }) => severity !== 'error');
  // What is disabled has neither a profile nor an error.
  const good = prepared.filter((one) => isGood(one) && one.profiles.length > 0);
  const told = {
    problems: prepared.flatMap(({ problems }) => problems.map(renderProblem)),
    badCount: prepared.filter((one) => !isGood(one)).length,
    count: prepared.length,
  };
  if (good.length === 0) return told;
  const profiles = good.flatMap((one) => one.profiles.flatMap((profile) => builds(profile, one.file)));
  const inputs: Inputs = {
    bundle: await packBundle(bundle, profiles),
    files: good.map(({ file, profiles: made, problems }) => ({
      file: file.shownAs,
      path: file.relativePath,
      content: file.content,
      isPlain: made.every(({ format }) => format === 'oci'),
      told: problems,
    })),
    notes: good.flatMap((one) =>
      one.profiles.flatMap(({ path, notes }) => notes.map((note) => `${bundle}/${path}: ${note}`)),
    ),
  };
  return { ...told, inputs };
};

const checkShape = (file: SourceFile, { profiles }: PreparedFile): readonly Problem[] => {
  const moved = file.isObject ? undefined : profiles.find(({ path }) => path !== file.relativePath);
  if (moved === undefined) return checkPaths(file, profiles);
  const message = 'a SeccompProfile object; a key of a ConfigMap holds one profile as JSON';
  const { shownAs } = file;
  return [{ code: 'SP012', severity: 'error', file: shownAs, line: 1, column: 1, path: '$', message }];
};
