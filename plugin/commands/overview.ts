// The help of the whole: every verb in one line, grouped, without loading any.
import { topics } from './topics.ts';
import { groups, type Verb, verbs } from './verbs.ts';

const EXAMPLES = `Examples:
  # Check profiles, and put them onto every node
  $0 apply -f profiles/ --name web
  # Try it on a folder of this machine, without a cluster
  $0 apply -f profiles/ --name web --root /tmp/seccomp`;

/** Renders it for a program of that name. */
export const renderOverview = (programName: string): string => {
  const all: readonly (readonly [string, Verb])[] = Object.entries(verbs);
  const names = [...all.map(([name]) => name), ...Object.keys(topics)];
  const column = Math.max(...names.map((name) => name.length)) + 2;
  const line = (name: string, text: string): string => `  ${name.padEnd(column)}${text}`;
  const sections = Object.entries(groups).map(([group, heading]) => [
    heading,
    ...all.filter(([, verb]) => verb.group === group).map(([name, { describe }]) => line(name, describe)),
  ]);
  return [
    'Get seccomp profiles onto the nodes of a cluster, and keep them right.',
    '$0 VERB [flags]',
    ...sections.filter(([, ...lines]) => lines.length > 0).map((lines) => lines.join('\n')),
    ['Topics:', ...Object.entries(topics).map(([name, { summary }]) => line(name, summary))].join('\n'),
    EXAMPLES,
    `Say more about a verb or a topic: $0 help NAME`,
    '',
  ]
    .join('\n\n')
    .replace(/\n\n$/, '\n')
    .replaceAll('$0', programName);
};

/** Renders a topic for a program of that name; undefined where there is none. */
export const renderTopic = async (name: string, programName: string): Promise<string | undefined> =>
  Object.hasOwn(topics, name) ? (await topics[name]?.load())?.replaceAll('$0', programName) : undefined;
