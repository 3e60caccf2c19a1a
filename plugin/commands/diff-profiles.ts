// Two sound profiles compared call by call, as the document that `diff` prints.
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
import type { ChangeDocument, DiffDocument, SettingDocument } from '../output/diff-document.ts';
import { API_VERSION } from '../output/document.ts';
import {
  decisionDocument,
  outcomeDocument,
  type Places,
  placesIn,
  renderOutcome,
} from '../output/verdict.ts';
import type { NamedProfile } from './profile-source.ts';

/** Compares what two profiles do, over everything that is not known of the nodes. */
export const diffProfiles = (before: NamedProfile, after: NamedProfile, facts: KnownFacts): DiffDocument => {
  const comparison = compareProfiles(before.source, after.source, facts);
  const settings = settingsOf(before.source, after.source, facts);
  const places = { before: placesIn(before.text), after: placesIn(after.text) };
  const possible = possibleFacts(facts);
  return {
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
};

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
