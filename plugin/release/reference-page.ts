// Verbs and topics as Markdown: the same words as the help, so that the pages in docs/ say nothing of their own.
import type { DescribedFlag, DescribedVerb } from '../commands/described.ts';

/** As users call it. */
export const PROGRAM = 'kubectl seccomp';

const MADE_BY = '<!-- Made by `npm run docs` from the help texts: edit those. -->';

/** Renders the page of a verb. */
export const renderVerbPage = (verb: DescribedVerb): string => {
  const [synopsis = '', ...rest] = named(verb.usage).split('\n');
  const examples = named(verb.epilogue).replace(/^Examples:\n/, '');
  return [
    MADE_BY,
    `# ${PROGRAM} ${verb.name}`,
    `${verb.summary}.`,
    fenced(synopsis),
    ...blocks(rest.join('\n')),
    ...(verb.verbs.length === 0
      ? []
      : ['## Verbs', verb.verbs.map((one) => `- ${link(one)}: ${prose(one.summary)}`).join('\n')]),
    ...(verb.arguments.length === 0 ? [] : ['## Arguments', verb.arguments.map(renderArgument).join('\n')]),
    ...(examples === '' ? [] : ['## Examples', fenced(outdented(examples), 'sh')]),
    ...byGroup(verb.flags).flatMap(([group, flags]) => [
      `## ${group.replace(/:$/, '')}`,
      flags.map(renderFlag).join('\n'),
    ]),
    '',
  ].join('\n\n');
};

/** Renders the page of a topic; `text` is what `help TOPIC` shows. */
export const renderTopicPage = (name: string, summary: string, text: string): string =>
  [
    MADE_BY,
    `# ${name[0]?.toUpperCase()}${name.slice(1)}`,
    `${prose(summary)}.`,
    ...blocks(named(text)),
    '',
  ].join('\n\n');

/** Renders the list of all pages. */
export const renderIndex = (
  verbs: readonly DescribedVerb[],
  topics: Readonly<Record<string, string>>,
): string =>
  [
    MADE_BY,
    `# ${PROGRAM}`,
    verbs.map((verb) => `- ${link(verb)}: ${prose(verb.summary)}`).join('\n'),
    '## Topics',
    Object.entries(topics)
      .map(([name, summary]) => `- [${name}](../topics/${name}.md): ${prose(summary)}`)
      .join('\n'),
    '',
  ].join('\n\n');

/** Names the file of a verb's page. */
export const pageFile = ({ name }: DescribedVerb): string => `${name.replaceAll(' ', '-')}.md`;

/** Groups flags by their heading, in the order of the help. */
export const byGroup = (
  flags: readonly DescribedFlag[],
): [group: string, flags: readonly DescribedFlag[]][] => [...Map.groupBy(flags, ({ group }) => group)];

const link = (verb: DescribedVerb): string => `[${verb.name}](${pageFile(verb)})`;
const named = (text: string): string => text.replaceAll('$0', PROGRAM);
const fenced = (text: string, language = 'text'): string => `\`\`\`${language}\n${text}\n\`\`\``;
const outdented = (text: string): string => text.replace(/^ {2}/gm, '');
const prose = (text: string): string => text.replace(/[\\`*_<>[\]]/g, '\\$&');

const renderArgument = ({
  name,
  describe,
  isRequired,
  isVariadic,
}: DescribedVerb['arguments'][number]): string =>
  `- \`${name.toUpperCase()}${isVariadic ? '...' : ''}\`${isRequired ? '' : ' (optional)'}: ${prose(describe)}`;

const renderFlag = ({ name, short, describe }: DescribedFlag): string =>
  `- \`--${name}\`${short === undefined ? '' : `, \`-${short}\``}: ${prose(describe)}`;

/** Cuts text into headings, prose, and what stands indented and must stay as it is. */
const blocks = (text: string): string[] =>
  paragraphs(text).map((paragraph) => {
    if (/^\S[^\n]*:$/.test(paragraph)) return `## ${prose(paragraph.slice(0, -1))}`;
    return /^ /m.test(paragraph) ? renderMixed(paragraph) : prose(paragraph);
  });

// Indented paragraphs that follow one another are one block.
const paragraphs = (text: string): string[] => {
  const found: string[] = [];
  for (const paragraph of text.split(/\n{2,}/).filter((one) => one.trim() !== '')) {
    const before = found.at(-1);
    if (before !== undefined && /^ /.test(paragraph) && /(^|\n) [^\n]*$/.test(before) && /^ /.test(before))
      found[found.length - 1] = `${before}\n\n${paragraph}`;
    else found.push(paragraph.replace(/^\n+|\n+$/g, ''));
  }
  return found;
};

const renderMixed = (paragraph: string): string => {
  const lines = paragraph.split('\n');
  const first = lines.findIndex((line) => line.startsWith(' '));
  const lead = lines.slice(0, first);
  const body = fenced(outdented(lines.slice(first).join('\n')));
  return lead.length === 0 ? body : `${prose(lead.join('\n'))}\n\n${body}`;
};
