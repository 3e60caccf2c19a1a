// `diff A B`: which calls have another outcome under the second profile, each with an example; or, of two contents of a
// bundle, under which of its profiles.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import type { KnownFacts } from '../../src/profile/facts.ts';
import { renderBundleDiff } from '../output/bundle-diff.ts';
import { renderDiff } from '../output/diff.ts';
import type { DiffDocument } from '../output/diff-document.ts';
import { type DocumentFormat, renderDocument } from '../output/document.ts';
import type { Connected, ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { type ContentName, parseContentName } from './content-name.ts';
import { diffBundles, type NamedBundle, profileOf } from './diff-bundles.ts';
import { diffProfiles } from './diff-profiles.ts';
import { factFlags, readFacts } from './fact-flags.ts';
import { clusterFlags, connectOptions, namespaceFlag, outputFlag } from './flags.ts';
import { baseName } from './input-files.ts';
import { readInputs } from './inputs.ts';
import { interruptible } from './interruptible.ts';
import { isOnDisk, STANDARD_INPUT } from './profile-file.ts';
import { type NamedProfile, profileArgument, readProfileSource } from './profile-source.ts';
import { readContent } from './revision-content.ts';
import { verbs } from './verbs.ts';

export interface DiffOptions {
  readonly before: string;
  readonly after: string;
  readonly facts: KnownFacts;
  readonly output?: DocumentFormat;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 diff BEFORE AFTER [flags]

Compares what two profiles do, call by call, not how they are written: which
calls the second newly lets through or refuses, with an example each and the
lines of both files that decide. What is not said of the nodes is left open:
changes that only some runtimes or versions of libseccomp see say so.

web@v3 is a revision in the history of the cluster and web@<digest> a generation;
with /nginx.json behind it, one profile of it. Two of them, or one and a folder or
a bundle file, are compared profile by profile: added, removed, changed. A file
that is named like a revision is ./web@v3.

Exit code: 0 both do the same, 1 they differ, 2 could not tell.`;

const EXAMPLES = `Examples:
  # What does the new version change?
  $0 diff profiles/web.json new/web.json
  # What did the last rollout change, and what would the next one?
  $0 diff web@v3 web@v4
  $0 diff web@v4 profiles/
  # How does it differ from RuntimeDefault?
  $0 diff builtin:kubernetes/default web@v4/nginx.json
  # Against the version that is committed
  git show HEAD:profiles/web.json | $0 diff - profiles/web.json`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const diffCommand = (outside: Outside, run: typeof runDiff = runDiff): CommandModule => ({
  ...verbs.diff,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional(
        'before',
        profileArgument('Profile, revision or folder; builtin: alone lists those that come along'),
      )
      .positional('after', profileArgument('What is compared with it'))
      .options({ ...factFlags, ...outputFlag(['json', 'yaml']), ...namespaceFlag, ...clusterFlags }),
  handler: async (given) => {
    const options: DiffOptions = {
      before: given.before as string,
      after: given.after as string,
      facts: readFacts(given),
      ...(given.output !== undefined && { output: given.output as DocumentFormat }),
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Prints what differs; what has errors is compared with nothing. */
export const runDiff = async (options: DiffOptions, outside: Outside): Promise<ExitCode> => {
  outside.conclude(2);
  const { before, after, facts, output } = options;
  if (before === STANDARD_INPUT && after === STANDARD_INPUT)
    throw new SeccompError('usage', 'only one of the two profiles can be read from standard input');
  const sides = await readSides(options, outside);
  const { stdout } = outside;
  if (sides.kind === 'bundles') {
    const document = await diffBundles(sides.before, sides.after, facts, outside);
    stdout.write(output === undefined ? renderBundleDiff(document) : renderDocument(document, output));
    return EXIT_CODES[document.answer];
  }
  const document = diffProfiles(sides.before, sides.after, facts);
  stdout.write(output === undefined ? renderDiff(document) : renderDocument(document, output));
  return EXIT_CODES[document.answer];
};

const EXIT_CODES: Readonly<Record<DiffDocument['answer'], ExitCode>> = { same: 0, differs: 1, unknown: 2 };

type Sides =
  | { readonly kind: 'profiles'; readonly before: NamedProfile; readonly after: NamedProfile }
  | { readonly kind: 'bundles'; readonly before: NamedBundle; readonly after: NamedBundle };

/** What an argument names: a profile, or a whole bundle. */
type Side =
  | { readonly kind: 'recorded'; readonly name: ContentName }
  | { readonly kind: 'packed' } // a folder, or a bundle file
  | { readonly kind: 'profile' };

const readSides = async (options: DiffOptions, outside: Outside): Promise<Sides> => {
  const { facts } = options;
  const given = [options.before, options.after] as const;
  const [one, other] = await Promise.all(given.map((text) => sideOf(text, outside)));
  let cluster: Connected | undefined;
  const connect = async (): Promise<Connected> => {
    cluster ??= await outside.connect(options.connect);
    return cluster;
  };
  const bundleName = [one, other].flatMap((side) => (side?.kind === 'recorded' ? side.name.bundle : []))[0];
  const readWhole = async (text: string, side: Side): Promise<NamedBundle> => {
    if (side.kind !== 'recorded')
      return { name: text, bundle: await packed(text, bundleName, facts, outside) };
    const bundle = await interruptible(readContent(side.name, await connect()), outside.signal);
    return { name: text.replace(/\/.*$/s, ''), bundle };
  };
  const readProfile = async (text: string, side: Side, opposite: string): Promise<NamedProfile> => {
    if (side.kind === 'profile') return await readProfileSource(text, facts, outside);
    // Against one file, the profile of that name is meant.
    const path = side.kind === 'recorded' ? side.name.path : undefined;
    return await profileOf(await readWhole(text, side), path ?? pathIn(opposite), facts, outside);
  };
  if (isWhole(one!) && isWhole(other!))
    return {
      kind: 'bundles',
      before: await readWhole(given[0], one!),
      after: await readWhole(given[1], other!),
    };
  return {
    kind: 'profiles',
    before: await readProfile(given[0], one!, given[1]),
    after: await readProfile(given[1], other!, given[0]),
  };
};

const pathIn = (text: string): string => parseContentName(text)?.path ?? baseName(text);

const isWhole = (side: Side): boolean =>
  side.kind === 'packed' || (side.kind === 'recorded' && side.name.path === undefined);

const sideOf = async (text: string, { files }: Outside): Promise<Side> => {
  const name = parseContentName(text);
  if (name) return { kind: 'recorded', name };
  if (!isOnDisk(text)) return { kind: 'profile' };
  if ((await files.kind(text)) === 'folder') return { kind: 'packed' };
  return { kind: /\.(tar|tgz|tar\.gz)$/i.test(text) ? 'packed' : 'profile' };
};

/** Packs a folder as `apply` would, under the name of what it is compared with; a bundle file keeps its own. */
const packed = async (
  text: string,
  name: string | undefined,
  { capabilities, minimumKernel }: KnownFacts,
  outside: Outside,
) => {
  const isFolder = (await outside.files.kind(text)) === 'folder';
  const inputs = {
    filenames: [text],
    isRecursive: true,
    ...(isFolder && { name: name ?? 'folder' }),
    compile: { ...defaultCompileOptions, capabilities, minimumKernel },
    compileFlags: [],
  };
  return (await readInputs(inputs, outside)).bundle;
};
