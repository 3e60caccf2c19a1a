// Preview: the command line, and what it would do by its own dry run, before anything is sent.
import { type Line, line, linesOf, span } from '../line.ts';
import type { Model } from '../model.ts';
import type { Place } from '../place.ts';
import { askKey, commandLine, type State } from '../state.ts';
import { confirmationOf, isRolling, rehearsalOf } from '../words.ts';
import { outputLines } from './command.ts';

/** Draws the preview. */
export const previewModel = (
  state: State,
  { words }: Extract<Place, { readonly screen: 'preview' }>,
): Model => {
  const wanted = confirmationOf(words);
  const rehearsal = rehearsalOf(words);
  const answer = rehearsal === undefined ? undefined : state.asked[askKey(rehearsal)]?.answer;
  const isRefused = answer !== undefined && answer.exitCode !== 0;
  return {
    command: words,
    head: [
      line('Nothing has been sent yet. This is the command line:', 'dim'),
      [span(`  ${commandLine(state, words)}`, 'title')],
      headOf(words, rehearsal, isRefused),
    ],
    text:
      rehearsal === undefined
        ? linesOf(describe(state, words))
        : answer === undefined
          ? linesOf('asking the cluster …', 'dim')
          : outputLines(answer, state.size.columns),
    keys: [
      {
        key: 'Enter',
        what: wanted === undefined ? 'do it' : `do it, after typing ${wanted}`,
        isChange: true,
      },
      { key: 'e', what: 'edit the command line' },
      { key: 'Esc', what: 'leave it' },
    ],
  };
};

const headOf = (
  words: readonly string[],
  rehearsal: readonly string[] | undefined,
  isRefused: boolean,
): Line => {
  if (rehearsal === undefined) return line(`${words[0]} cannot say beforehand more than this:`, 'dim');
  return isRefused
    ? line('Its dry run did not go through; run as it is, it would end the same way:', 'bad')
    : line('Its dry run says what would happen:', 'dim');
};

const describe = ({ fleet }: State, words: readonly string[]): string => {
  const [verb] = words;
  if (verb === 'verify')
    return [
      `One short-lived Job on each of ${fleet.nodes.length.toLocaleString('en-US')} nodes, or of those that are named,`,
      'reads the disk and compares it with what was applied. Nothing on the nodes is changed.',
    ].join('\n');
  if (verb === 'uninstall')
    return 'Every bundle is removed from every node, then all that this plugin made in the cluster.';
  return isRolling(words)
    ? `It runs ${verb} as it stands here.`
    : 'It writes files of this machine, as it stands here.';
};
