// `diff` for people: what the second profile newly lets through, what it newly refuses, and what else changes.

import type { ChangeDocument, DiffDocument, SettingDocument } from './diff-document.ts';
import { type ChangeGroup, countCalls, groupChanges } from './diff-groups.ts';
import { nameSome } from './explain-words.ts';
import { sanitizeLine } from './sanitize.ts';
import { textWidth } from './width.ts';
import { COLUMNS, wrapWords } from './wrap.ts';

/** Renders the changes by kind, dangerous ones first; what changed in the same way stands together. */
export const renderDiff = (document: DiffDocument): string => {
  const lines = [
    headline(document),
    ...document.settings.map(renderSetting),
    ...renderArchitectures(document),
    ...KINDS.flatMap((kind) => renderKind(document, kind)),
    ...renderUntold(document),
  ];
  return lines.map((line) => `${sanitizeLine(line)}\n`).join('');
};

const KINDS = ['wider', 'narrower', 'other', 'undecided'] as const;

const headline = ({ before, after, architecture, answer, runtimes, libseccomp }: DiffDocument): string => {
  const node = [
    architecture,
    runtimes.length > 1 ? '' : ` under ${runtimes[0]}`,
    libseccomp.length > 1 ? '' : ` with libseccomp ${libseccomp[0]}`,
  ].join('');
  if (answer === 'same') return `${before} and ${after} do the same on ${node}`;
  return `${before} -> ${after} on ${node}`;
};

const renderSetting = ({ name, before, after }: SettingDocument): string => `${name}: ${before} -> ${after}`;

const renderArchitectures = ({
  addedArchitectures: added,
  removedArchitectures: removed,
}: DiffDocument): readonly string[] => [
  ...(added.length === 0 ? [] : [`architectures now covered, killed before: ${added.join(', ')}`]),
  ...(removed.length === 0 ? [] : [`architectures covered before, now killed: ${removed.join(', ')}`]),
];

const renderKind = (document: DiffDocument, kind: ChangeDocument['kind']): readonly string[] => {
  const groups = groupChanges(document, kind);
  if (groups.length === 0) return [];
  const count = countCalls(groups);
  const dangerous = countCalls(groups.filter(({ risk }) => risk !== undefined));
  const calls = `${count} ${count === 1 ? 'call' : 'calls'}`;
  return [
    '',
    `${TITLES[kind]}: ${calls}${dangerous === 0 ? '' : `, ${dangerous} dangerous`}`,
    ...groups.flatMap((group) => renderGroup(group, kind === 'other' ? MOST_OTHERS : group.calls.length)),
  ];
};

const TITLES: Readonly<Record<ChangeDocument['kind'], string>> = {
  wider: 'Newly let through',
  narrower: 'Newly refused',
  other: 'Otherwise changed',
  undecided: 'Could not tell, as libseccomp decides which of several rules counts',
};

/** Calls that are refused either way matter less than those that go through. */
const MOST_OTHERS = 24;

const renderGroup = (
  { calls: all, isExample, change, places, risk }: ChangeGroup,
  most: number,
): readonly string[] => {
  const calls = nameSome(all, most);
  const such = isExample ? ', with some arguments' : '';
  const words = isExample ? calls.map((call, at) => (at < calls.length - 1 ? `${call},` : call)) : calls;
  if (risk === undefined) return [...withPlaces(`  ${change}${such}`, places), ...wrapWords('      ', words)];
  return [
    ...wrapWords('  ! ', [...words.slice(0, -1), `${words.at(-1)}:`, ...risk.sentence.split(' ')]),
    ...withPlaces(`      ${change}${such}`, places),
  ];
};

/** Puts the places behind a line, or below it where they don't fit. */
const withPlaces = (line: string, places: readonly string[]): readonly string[] => {
  const short = `${line}  ${places.join(' -> ')}`;
  return textWidth(short) <= COLUMNS ? [short] : [line, ...places.map((place) => `      ${place}`)];
};

const renderUntold = ({ untold }: DiffDocument): readonly string[] => {
  if (untold.length === 0) return [];
  const names = [...new Set(untold.map(({ syscall }) => syscall))];
  return ['', 'Could not tell, with too many conditions to try them all:', ...wrapWords('      ', names)];
};
