// `diff A B`: which calls have another outcome under the second profile, each with an example.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { possibleFacts } from '../../src/profile/answer.ts';
import {
  compareProfiles,
  type ProfileChange,
  type ProfileComparison,
} from '../../src/profile/compare-profiles.ts';
import type { KnownFacts } from '../../src/profile/facts.ts';
import type { SourceProfile } from '../../src/profile/oci.ts';
import { resolve } from '../../src/profile/resolve.ts';
import { argumentsDocument } from '../output/call-arguments.ts';
import { renderDiff } from '../output/diff.ts';
import type { ChangeDocument, DiffDocument, SettingDocument } from '../output/diff-document.ts';
import { API_VERSION, type DocumentFormat, renderDocument } from '../output/document.ts';
import {
  decisionDocument,
  outcomeDocument,
  type Places,
  placesIn,
  renderOutcome,
} from '../output/verdict.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { factFlags, readFacts } from './fact-flags.ts';
import { outputFlag } from './flags.ts';
import { STANDARD_INPUT } from './profile-file.ts';
import { profileArgument, readProfileSource } from './profile-source.ts';
import { verbs } from './verbs.ts';

export interface DiffOptions {
  readonly before: string;
  readonly after: string;
  readonly facts: KnownFacts;
  readonly output?: DocumentFormat;
}

const USAGE = `$0 diff BEFORE AFTER [flags]

Compares what two profiles do, call by call, not how they are written: which
calls the second newly lets through or refuses, with an example each and the
lines of both files that decide. What is not said of the nodes is left open:
changes that only some runtimes or versions of libseccomp see say so.

Exit code: 0 both do the same, 1 they differ, 2 could not tell.`;

const EXAMPLES = `Examples:
  # What does the new version change?
  $0 diff profiles/web.json new/web.json
  # How does it differ from RuntimeDefault?
  $0 diff builtin:kubernetes/default profiles/web.json
  # Against the version that is committed
  git show HEAD:profiles/web.json | $0 diff - profiles/web.json`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const diffCommand = (outside: Outside, run: typeof runDiff = runDiff): CommandModule => ({
  ...verbs.diff,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('before', profileArgument('Profile; builtin: alone lists those that come along'))
      .positional('after', profileArgument('Profile that is compared with it'))
      .options({ ...factFlags, ...outputFlag(['json', 'yaml']) }),
  handler: async (given) => {
    const options: DiffOptions = {
      before: given.before as string,
      after: given.after as string,
      facts: readFacts(given),
      ...(given.output !== undefined && { output: given.output as DocumentFormat }),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Prints what differs; a file with errors is compared with nothing. */
export const runDiff = async (
  { before: beforeNamed, after: afterNamed, facts, output }: DiffOptions,
  outside: Outside,
): Promise<ExitCode> => {
  outside.conclude(2);
  if (beforeNamed === STANDARD_INPUT && afterNamed === STANDARD_INPUT)
    throw new SeccompError('usage', 'only one of the two profiles can be read from standard input');
  const before = await readProfileSource(beforeNamed, facts, outside);
  const after = await readProfileSource(afterNamed, facts, outside);
  const comparison = compareProfiles(before.source, after.source, facts);
  const settings = settingsOf(before.source, after.source, facts);
  const places = { before: placesIn(before.text), after: placesIn(after.text) };
  const possible = possibleFacts(facts);
  const document: DiffDocument = {
    apiVersion: API_VERSION,
    kind: 'ProfileDiff',
    before: before.file,
    after: after.file,
    architecture: facts.architecture,
    dialect: facts.dialect,
    answer: answerOf(comparison, settings),
    runtimes: [...new Set(possible.map(({ runtime }) => runtime))],
    libseccomp: [...new Set(possible.map(({ libseccomp }) => libseccomp))],
    settings,
    addedArchitectures: comparison.added,
    removedArchitectures: comparison.removed,
    changes: comparison.changes.map((change) => changeDocument(change, places, facts)),
    untold: comparison.untold.map(({ name, number, architecture }) => ({
      syscall: name ?? String(number),
      architecture,
    })),
  };
  outside.stdout.write(output === undefined ? renderDiff(document) : renderDocument(document, output));
  return EXIT_CODES[document.answer];
};

const EXIT_CODES: Readonly<Record<DiffDocument['answer'], ExitCode>> = { same: 0, differs: 1, unknown: 2 };

const answerOf = (
  { changes, untold, added, removed }: ProfileComparison,
  settings: readonly SettingDocument[],
): DiffDocument['answer'] => {
  const isSure = changes.some(({ kind }) => kind !== 'undecided');
  if (isSure || settings.length + added.length + removed.length > 0) return 'differs';
  return changes.length + untold.length > 0 ? 'unknown' : 'same';
};

const changeDocument = (
  change: ProfileChange,
  places: { readonly before: Places; readonly after: Places },
  { architecture }: KnownFacts,
): ChangeDocument => ({
  kind: change.kind,
  architecture: change.architecture,
  ...(change.name !== undefined && { syscall: change.name }),
  number: change.number,
  ...(change.to !== undefined && { to: change.to }),
  always: change.isAlways,
  example: argumentsDocument(change.witness),
  ...(change.risk !== undefined && { risk: { rank: change.risk.rank, sentence: change.risk.sentence } }),
  before: decisionDocument(change.before, places.before, architecture),
  after: decisionDocument(change.after, places.after, architecture),
  everywhere: change.isEverywhere,
  nodes: change.on,
});

const settingsOf = (
  before: SourceProfile,
  after: SourceProfile,
  facts: KnownFacts,
): readonly SettingDocument[] => {
  const [was, is] = [before, after].map((source) => settings(source, facts)) as [Settings, Settings];
  return (Object.keys(was) as SettingDocument['name'][]).flatMap((name) =>
    was[name] === is[name] ? [] : [{ name, before: was[name], after: is[name] }],
  );
};

type Settings = Readonly<Record<SettingDocument['name'], string>>;

const settings = (source: SourceProfile, facts: KnownFacts): Settings => ({
  defaultAction: renderOutcome(
    outcomeDocument(resolve(source, possibleFacts(facts)[0]!).fallback, facts.architecture),
  ),
  // Runtimes set SPEC_ALLOW where none is listed.
  flags:
    source.flags.length === 0 ? 'SECCOMP_FILTER_FLAG_SPEC_ALLOW' : [...source.flags].toSorted().join(', '),
  listenerPath: source.listenerPath ?? 'none',
  listenerMetadata: source.listenerMetadata ?? 'none',
});
