// From `-f` to a bundle: reads files, folders, bundles and standard input, and lets nothing with an error through.
import { collectBundle } from '../../src/bundle/collect.ts';
import { checkBundleName, checkProfilePath } from '../../src/bundle/entry-path.ts';
import { sha256Of } from '../../src/bundle/manifest.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { type BundleProfile, packBundle } from '../../src/bundle/pack.ts';
import { readBundle } from '../../src/bundle/read.ts';
import { SeccompError } from '../../src/error.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import type { CompileOptions, PreparedProfile } from '../../src/profile/prepared.ts';
import { type Problem, renderProblem } from '../../src/profile/problem.ts';
import { plural } from '../output/rollout-result.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { Files, Outside } from '../outside.ts';
import { baseName, type InputFile, isBundle, readFiles, streamOf } from './input-files.ts';
import { interruptible } from './interruptible.ts';
import { STANDARD_INPUT } from './profile-file.ts';

export interface InputOptions {
  readonly filenames: readonly string[];
  readonly isRecursive: boolean;
  readonly name?: string;
  readonly compile: CompileOptions;
  /** Flags of the compilation that were given; they mean nothing to a bundle that is already built. */
  readonly compileFlags: readonly string[];
}

/** A file that went into a bundle, or a profile of a bundle that was there, for what lint has to say of it. */
export interface PackedFile {
  /** As the user named it. */
  readonly file: string;
  /** In the bundle. */
  readonly path: string;
  readonly content: Uint8Array;
  /** It ships byte for byte. */
  readonly isPlain: boolean;
  /** The only ones it was compiled for. */
  readonly architectures?: readonly string[];
  /** What was said of it already. */
  readonly told: readonly Problem[];
}

export interface Inputs {
  readonly bundle: Bundle;
  readonly files: readonly PackedFile[];
  /** What the compilation decided or lost, each line beginning with the profile's path. */
  readonly notes: readonly string[];
}

const IGNORED_SHOWN = 5;

/** Reads and packs what `-f` names; problems go to stderr, and with any error nothing is returned but thrown. */
export const readInputs = async (options: InputOptions, outside: Outside): Promise<Inputs> => {
  if (options.filenames.length === 0) {
    throw new SeccompError('usage', 'no profiles were named', {
      hint: 'Give -f a profile, a folder of profiles, a bundle, or - for standard input.',
    });
  }
  if (options.filenames.filter((name) => name === STANDARD_INPUT).length > 1) {
    throw new SeccompError('usage', '"-" was given twice: standard input can be read only once');
  }
  // A pipe that nobody writes to must not hold Ctrl-C up.
  const { files, ignored } = await interruptible(readFiles(options, outside), outside.signal);
  if (ignored.length > 0) outside.stderr.write(renderIgnored(ignored));
  const bundleFile = files.find(({ content }) => isBundle(content));
  if (bundleFile) {
    const bundle = await openBundle(bundleFile, files, options);
    return { bundle, files: await unpackFiles(bundleFile.shownAs, bundle), notes: [] };
  }
  return packFiles(files, options, outside);
};

const openBundle = async (
  file: InputFile,
  files: readonly InputFile[],
  { name, compileFlags }: InputOptions,
): Promise<Bundle> => {
  if (files.length > 1) {
    const other = files.find((one) => one !== file);
    throw new SeccompError(
      'usage',
      `"${file.shownAs}" is a bundle: "${other?.shownAs}" cannot be added to it`,
      {
        hint: 'Apply them one after the other, or build one bundle of all profiles.',
      },
    );
  }
  if (compileFlags.length > 0) {
    throw new SeccompError(
      'usage',
      `${compileFlags.join(', ')}: the profiles of a bundle are compiled already`,
    );
  }
  const bundle = await collectBundle(streamOf(file.content));
  if (name !== undefined && name !== bundle.manifest.name) {
    throw new SeccompError(
      'usage',
      `--name ${name}: the bundle "${file.shownAs}" is named "${bundle.manifest.name}"`,
      {
        hint: 'The name is part of what its digest covers; build it again to rename it.',
      },
    );
  }
  return bundle;
};

/** Takes the profiles out of a bundle again. */
const unpackFiles = async (file: string, { manifest, tar }: Bundle): Promise<readonly PackedFile[]> => {
  const blobs = new Map<string, Uint8Array>();
  for await (const part of readBundle(streamOf(tar)))
    if (part.kind === 'blob') blobs.set(part.sha256, part.content);
  return manifest.profiles.map(({ path, sha256, architectures }) => ({
    file: `${file}/${path}`,
    path,
    content: blobs.get(sha256)!,
    isPlain: true,
    ...(architectures && { architectures }),
    told: [],
  }));
};

const packFiles = async (
  files: readonly InputFile[],
  options: InputOptions,
  outside: Outside,
): Promise<Inputs> => {
  const name = await bundleName(options, outside.files);
  const prepared = files.map((file) => ({
    file,
    ...prepareFile(file.content, file.shownAs, file.relativePath, options.compile),
  }));
  const problems = prepared.flatMap((one) => [...one.problems, ...checkPaths(one.file, one.profiles)]);
  outside.stderr.write(problems.map((problem) => `${sanitizeLine(renderProblem(problem))}\n`).join(''));
  refuseErrors(problems, files.length);
  refuseSamePaths(prepared.map(({ file, profiles }) => ({ file, paths: profiles.map(({ path }) => path) })));
  const profiles = prepared.flatMap((one) => one.profiles.flatMap((profile) => builds(profile, one.file)));
  const notes = prepared.flatMap((one) =>
    one.profiles.flatMap(({ path, notes: said }) => said.map((note) => `${path}: ${note}`)),
  );
  const packed = prepared.map(({ file, profiles: made, problems: told }) => ({
    file: file.shownAs,
    path: file.relativePath,
    content: file.content,
    isPlain: made.every(({ format }) => format === 'oci'),
    told,
  }));
  return { bundle: await packBundle(name, profiles), files: packed, notes };
};

/** What a bundle cannot hold under its own name is a problem of that file, told with all the others. */
export const checkPaths = ({ shownAs }: InputFile, profiles: readonly PreparedProfile[]): Problem[] =>
  profiles.flatMap(({ path }) => {
    const message = checkProfilePath(path);
    if (message === undefined) return [];
    return [{ code: 'SP016', severity: 'error', file: shownAs, line: 1, column: 1, path: '$', message }];
  });

/** Makes a bundle's profiles of one that was prepared: one for each content. */
export const builds = (
  { path, format, builds: made }: PreparedProfile,
  { content }: InputFile,
): BundleProfile[] =>
  made.map((build) => ({
    path,
    content: build.content,
    ...(build.architectures && { architectures: build.architectures }),
    ...(format !== 'oci' && { source: { format, sha256: sha256Of(content) } }),
  }));

const bundleName = async ({ name, filenames }: InputOptions, files: Files): Promise<string> => {
  const [first = '', ...more] = filenames;
  const isOneFolder = more.length === 0 && first !== STANDARD_INPUT && (await files.kind(first)) === 'folder';
  if (name === undefined && !isOneFolder) {
    throw new SeccompError('usage', 'the bundle has no name', {
      hint: 'Give it one with --name; only a single folder gives the bundle its own name.',
    });
  }
  const chosen = name ?? baseName(files.resolve(first));
  const fault = checkBundleName(chosen);
  if (fault === undefined) return chosen;
  throw new SeccompError('usage', fault, {
    ...(name === undefined && { hint: 'The name is that of the folder; choose another with --name.' }),
  });
};

const refuseErrors = (problems: readonly Problem[], fileCount: number): void => {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const faulty = new Set(errors.map(({ file }) => file)).size;
  throw new SeccompError(
    'profile',
    `${plural(errors.length, 'error')} in ${faulty} of ${plural(fileCount, 'file')}`,
    {
      hint: 'Nothing was packed, and nothing has left this machine.',
    },
  );
};

const refuseSamePaths = (
  sources: readonly { readonly file: InputFile; readonly paths: readonly string[] }[],
): void => {
  const owners = new Map<string, string>();
  for (const { file, paths } of sources) {
    for (const path of paths) {
      const owner = owners.get(path);
      if (owner === file.shownAs) {
        throw new SeccompError('file', `"${owner}" gives the profile "${path}" twice`, {
          hint: 'Name the file once, and give every object in it a name of its own.',
        });
      }
      if (owner !== undefined) {
        throw new SeccompError(
          'file',
          `"${owner}" and "${file.shownAs}" would both be "${path}" in the bundle`,
          { hint: 'Rename one of them, or apply them as two bundles.' },
        );
      }
      owners.set(path, file.shownAs);
    }
  }
};

const renderIgnored = (paths: readonly string[]): string => {
  const shown = paths.slice(0, IGNORED_SHOWN).map(sanitizeLine).join(', ');
  const rest = paths.length - Math.min(paths.length, IGNORED_SHOWN);
  return `ignored: ${shown}${rest > 0 ? ` and ${rest} more` : ''} (not *.json, *.yaml or *.yml)\n`;
};
