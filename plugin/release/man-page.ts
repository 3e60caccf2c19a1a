// kubectl-seccomp(1): every verb and topic as one manual page in man(7), the same words as the help. The same sources
// give the same bytes: no date.
import type { DescribedFlag, DescribedVerb } from '../commands/described.ts';
import { byGroup, PROGRAM } from './reference-page.ts';

export interface ManualTopic {
  readonly name: string;
  readonly text: string;
}

/** Flags that so many verbs share are described once, for all. */
const SHARED_BY = 3;

/** Renders the page; `version` is without its `v`. */
export const renderManPage = (
  verbs: readonly DescribedVerb[],
  topics: readonly ManualTopic[],
  version: string,
): string => {
  const all = verbs.flatMap((verb) => (verb.verbs.length > 0 ? verb.verbs : [verb]));
  const shared = sharedGroups(all);
  return [
    `.TH KUBECTL\\-SECCOMP 1 "" "kubectl\\-seccomp v${roff(version)}" "User Commands"`,
    '.SH NAME',
    'kubectl\\-seccomp \\- get seccomp profiles onto the nodes of a Kubernetes cluster',
    '.SH SYNOPSIS',
    `.B ${roff(PROGRAM)}`,
    '.I VERB',
    '[flags]',
    '.SH VERBS',
    ...all.flatMap((verb) => renderVerb(verb, shared)),
    '.SH FLAGS OF SEVERAL VERBS',
    ...[...shared].flatMap(([group, flags]) => [`.SS ${heading(group)}`, ...flags.flatMap(renderFlag)]),
    ...topics.flatMap(({ name, text }) => [`.SH ${roff(name.toUpperCase())}`, ...renderText(text)]),
    '.SH EXIT STATUS',
    '0 done; 1 failed or partly failed; 2 the command line made no sense; 130 interrupted.',
    'Verbs that answer a question say what their own mean.',
    '',
  ].join('\n');
};

const sharedGroups = (verbs: readonly DescribedVerb[]): Map<string, readonly DescribedFlag[]> => {
  const groups = new Map<string, { verbs: number; flags: Map<string, DescribedFlag> }>();
  for (const verb of verbs)
    for (const [group, flags] of byGroup(verb.flags)) {
      const found = groups.get(group) ?? { verbs: 0, flags: new Map() };
      found.verbs += 1;
      for (const flag of flags) found.flags.set(flag.name, flag);
      groups.set(group, found);
    }
  const isShared = (group: string, count: number): boolean => group !== 'Flags:' && count >= SHARED_BY;
  return new Map(
    [...groups]
      .filter(([group, found]) => isShared(group, found.verbs))
      .map(([group, { flags }]) => [group, [...flags.values()]]),
  );
};

const renderVerb = (
  { name, usage, epilogue, flags }: DescribedVerb,
  shared: ReadonlyMap<string, unknown>,
): string[] => [
  `.SS ${roff(name)}`,
  ...renderText(usage),
  ...byGroup(flags).flatMap(([group, members]) =>
    shared.has(group)
      ? ['.TP', `.I ${roff(group)}`, members.map((flag) => roff(`--${flag.name}`)).join(', ')]
      : members.flatMap(renderFlag),
  ),
  ...(epilogue === '' ? [] : ['.PP', ...renderText(epilogue)]),
];

const renderFlag = ({ name, short, describe, takesValue }: DescribedFlag): string[] => [
  '.TP',
  `.B ${roff(`${short === undefined ? '' : `-${short}, `}--${name}`)}${takesValue ? ' \\fIVALUE\\fR' : ''}`,
  roff(describe),
];

const heading = (text: string): string => roff(text.replace(/:$/, ''));

/** Prose is filled; what stands indented, and headings of a topic, stay as they are. */
const renderText = (text: string): string[] =>
  text
    .replaceAll('$0', PROGRAM)
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .flatMap((paragraph) => {
      const lines = paragraph.replace(/\n+$/, '').split('\n');
      if (lines.length === 1 && /^\S.*:$/.test(lines[0] ?? ''))
        return ['.PP', `.B ${heading(lines[0] ?? '')}`];
      const isFilled = !lines.some((line) => line.startsWith(' '));
      return isFilled ? ['.PP', ...lines.map(roff)] : ['.PP', '.nf', ...lines.map(roff), '.fi'];
    });

/** A line that begins with a dot or an apostrophe would be a request, and a backslash an escape. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
    .replace(
      /[^\n -~]/gu,
      (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
