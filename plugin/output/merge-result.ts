// `merge`: what was decided and where the result differs from its inputs, for stderr; and the answer of `--check`.
import { listNames } from '../../src/profile/merge/decisions.ts';
import { describeOutcome, renderCall } from './merge-calls.ts';
import type {
  CallDocument,
  MergeCheckDocument,
  MergeCheckInputDocument,
  MergeDeviationDocument,
  MergeResultDocument,
  MissingCallDocument,
} from './merge-document.ts';
import { sanitizeLine } from './sanitize.ts';

/** Renders what is to be said beside the profile. */
export const renderMergeNotes = ({ decisions, deviations, seen }: MergeResultDocument): string =>
  lines([
    ...decisions.map(({ kind, message }) => `${kind}: ${message}`),
    ...KINDS.flatMap(([kind, words]) =>
      describeDeviations(
        deviations.filter((one) => one.kind === kind),
        words,
      ),
    ),
    ...(seen === undefined ? [] : describeSeen(seen)),
  ]);

/** In the order of how much they matter. */
const KINDS: readonly (readonly [MergeDeviationDocument['kind'], string])[] = [
  ['wider', 'weaker: no rules can say it exactly, and the result lets through more'],
  ['narrower', 'stricter: no rules can say it exactly, and the result lets through less'],
  [
    'lost',
    'broken: libseccomp makes a filter in which no rule counts, as a call without conditions is missing on this architecture',
  ],
  ['undecided', 'unclear: libseccomp decides which rule of the result counts'],
  ['other', 'otherwise refused or logged'],
  ['stub', 'otherwise, as runc answers ENOSYS above the last call that a profile names'],
];

const describeDeviations = (found: readonly MergeDeviationDocument[], words: string): readonly string[] => {
  const [first] = found;
  if (first === undefined) return [];
  const names = [...new Set(found.map(({ syscall }) => syscall))];
  const which = first.kind === 'stub' ? '' : `${listNames(names)}; `;
  const instead =
    first.kind === 'undecided'
      ? ''
      : `: ${describeOutcome(first.actual)} instead of ${describeOutcome(first.expected)}`;
  return [`${words}: ${which}e.g. ${renderCall(first)}${instead}`];
};

const describeSeen = ({ of, counts }: NonNullable<MergeResultDocument['seen']>): readonly string[] => {
  const byCount = Map.groupBy(Object.entries(counts), ([, count]) => count);
  return [...byCount]
    .toSorted(([one], [other]) => one - other)
    .filter(([count]) => count < of)
    .map(([count, entries]) => `seen in ${count} of ${of}: ${entries.map(([name]) => name).join(', ')}`);
};

/** Renders the answer of `--check`. */
export const renderMergeCheck = ({ base, answer, inputs }: MergeCheckDocument): string =>
  lines([
    ...inputs.flatMap(({ file, uncovered }) =>
      uncovered.map(
        (name) => `missing: every call by ${name}, which ${base} does not cover and ${file} does`,
      ),
    ),
    ...inputs.flatMap(({ file, missing }) => describeMissing(base, file, missing)),
    ...inputs.flatMap(({ file, unclear }) => describeUnclear(base, file, unclear)),
    describeAnswer(base, answer, inputs),
  ]);

/** One line for all calls that are missing alike, and one for each that is only missing with some arguments. */
const describeMissing = (
  base: string,
  file: string,
  missing: readonly MissingCallDocument[],
): readonly string[] => {
  const outcomes = (one: MissingCallDocument): string =>
    `${describeOutcome(one.base)} in ${base}, ${describeOutcome(one.input)} in ${file}`;
  const groups = Map.groupBy(
    missing.filter(({ isAlways }) => isAlways),
    (one) => `on ${one.architecture}: ${outcomes(one)}`,
  );
  return [
    ...[...groups].map(
      ([where, calls]) => `missing: ${calls.map(({ syscall }) => syscall).join(', ')} ${where}`,
    ),
    ...missing
      .filter(({ isAlways }) => !isAlways)
      .map((one) => `missing: for example ${renderCall(one)}: ${outcomes(one)}`),
  ];
};

const describeUnclear = (base: string, file: string, unclear: readonly CallDocument[]): readonly string[] => {
  const names = [...new Set(unclear.map(({ syscall }) => syscall))];
  return names.length === 0
    ? []
    : [
        `could not tell of ${listNames(names)}: a tracer, an agent or libseccomp decides in ${base} or ${file}`,
      ];
};

const describeAnswer = (
  base: string,
  answer: MergeCheckDocument['answer'],
  inputs: readonly MergeCheckInputDocument[],
): string => {
  if (answer === 'superset') {
    const files = inputs.map(({ file }) => file).join(' and ');
    return `${base} lets through all that ${files} ${inputs.length === 1 ? 'does' : 'do'}`;
  }
  return answer === 'unknown'
    ? `${base} may not let through all that the others do`
    : `${base} does not let through all that the others do`;
};

const lines = (all: readonly string[]): string => all.map((line) => `${sanitizeLine(line)}\n`).join('');
