// Preview: the command line, and what it would do by its own dry run, before anything is sent.
import { plural } from '../../output/rollout-result.ts';
import { type Line, line, linesOf, wrap, wrapLines } from '../line.ts';
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
      // Whatever its length, all of it is shown before anything is sent.
      ...wrap(`  ${commandLine(state, words)}`, state.size.columns, 'title'),
      headOf(words, rehearsal, isRefused),
    ],
    text:
      rehearsal === undefined
        ? wrapLines(describe(state, words), state.size.columns)
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
    return `One short-lived Job on ${nodesOf(words, fleet.nodes.length)} reads the disk and compares it with what was applied. Nothing on the nodes is changed.`;
  if (verb === 'uninstall')
    return 'Every bundle is removed from every node, then all that this plugin made in the cluster.';
  return isRolling(words)
    ? `It runs ${verb} as it stands here.`
    : 'It writes files of this machine, as it stands here.';
};

const nodesOf = (words: readonly string[], count: number): string => {
  const at = words.findIndex((word) => word === '--nodes' || word.startsWith('--nodes='));
  const named = at < 0 ? undefined : (words[at]!.split('=')[1] ?? words[at + 1] ?? '');
  if (named !== undefined) return named.includes(',') ? `each of ${named}` : named;
  const isSelected = words.some((word) => /^(-l|--selector)(=|$)/.test(word));
  return isSelected
    ? 'each node that the selector chooses'
    : `each of ${plural(count, 'node')} that has or should have a bundle`;
};
