// Rollout: the verb at work on nodes, or the last one: counts, waves, and each node, those in trouble first.
import type { NodeState, RolloutState } from '../../../src/rollout/state.ts';
import { renderDuration } from '../../output/duration.ts';
import { countResults, plural, renderTitle } from '../../output/rollout-result.ts';
import { renderGate } from '../../output/waves.ts';
import { type Line, line, linesOf, type Span, span, wrapLines } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Key, Model } from '../model.ts';
import { currentVisit, isPausable, type Run, rolledOut, type State } from '../state.ts';
import { cell, type Row, type Table } from '../table.ts';
import { markOf } from '../theme.ts';
import { joinWords } from '../words.ts';
import { outputLines } from './command.ts';

/** Draws the run. */
export const rolloutModel = (state: State): Model => {
  const { run } = state;
  if (run === undefined)
    return {
      command: ['status'],
      head: [],
      text: linesOf('Nothing was rolled out from here yet.', 'dim'),
      keys: [],
    };
  const isOver = run.endedMs !== undefined;
  // What verify found is in its words; of other verbs the nodes say more.
  const isInWords = (isOver && run.words[0] === 'verify') !== currentVisit(state).isBeside;
  const keys: readonly Key[] = [
    ...(isOver
      ? [
          { key: 'c', what: 'run it again', isChange: true },
          ...(rolledOut(run) === undefined ? [] : [{ key: 'R', what: 'roll back', isChange: true }]),
        ]
      : [
          ...(isPausable(run) ? [{ key: 'p', what: run.isPaused ? 'go on' : 'pause' }] : []),
          { key: 's', what: run.isStopping ? 'stopping …' : 'stop' },
        ]),
    { key: 'w', what: isInWords ? 'the nodes' : 'its words' },
  ];
  const base = { command: run.words, keys };
  // Where it does not work on nodes, or has not begun to, there are only words.
  if (run.state.nodes.size === 0 || isInWords)
    return {
      ...base,
      head: headOf(run, state),
      text:
        run.answer === undefined
          ? wrapLines(run.said, state.size.columns, 'dim')
          : outputLines(run.answer, state.size.columns),
    };
  return { ...base, head: headOf(run, state), table: nodeTable(run.state, run.failed) };
};

const headOf = (run: Run, { nowMs, size }: State): readonly Line[] => {
  const { state, startedMs, endedMs, answer } = run;
  const elapsedMs = Math.max(0, (endedMs ?? nowMs) - startedMs);
  const counts = countResults(state);
  const total = state.nodes.size - counts.excluded;
  const perSecond = elapsedMs > 0 ? (counts.done * 1000) / elapsedMs : 0;
  const gate = state.gates.at(-1);
  return [
    [
      span(joinWords(run.words), 'title'),
      span(`  ${renderDuration(elapsedMs)}  `, 'dim'),
      endedMs === undefined
        ? describeWork(run)
        : answer?.exitCode === 0
          ? span('done', 'good')
          : span(`ended with exit code ${answer?.exitCode ?? '?'}`, 'bad'),
    ],
    ...(total === 0
      ? []
      : [
          [
            ...bar(counts, total, Math.max(10, Math.min(40, size.columns - 56))),
            span(` ${counts.done.toLocaleString('en-US')}/${total.toLocaleString('en-US')} nodes`),
            ...(counts.failed > 0 ? [span(`  ${counts.failed} failed`, 'bad')] : []),
            ...(counts.pending > 0 ? [span(`  ${counts.pending} pending`, 'warn')] : []),
            span(`  ${perSecond.toFixed(1)} nodes/s`, 'dim'),
          ],
        ]),
    ...(state.wave === undefined ? [] : [line(`wave ${state.wave.number} of ${state.wave.of}`)]),
    ...(gate === undefined ? [] : [line(renderGate(gate), gate.verdict === 'passed' ? 'good' : 'bad')]),
    ...(state.stopped === undefined ? [] : [line(`stopped: ${state.stopped.message}`, 'bad')]),
    ...(endedMs === undefined && state.phase !== undefined ? [line(state.phase, 'dim')] : []),
    ...(endedMs !== undefined && state.nodes.size > 0 ? [line(renderTitle(state), 'dim')] : []),
  ];
};

const describeWork = (run: Run): Span => {
  if (run.isStopping) return span('stopping: nothing more is begun', 'accent');
  if (!run.isPaused) return span('at work', 'accent');
  // What was begun before is watched to its end.
  const { running } = countResults(run.state);
  const rest = running > 0 ? `${plural(running, 'node')} still at work` : 'nothing is at work';
  return span(`paused: ${rest}`, 'warn');
};

/** `#` done, `!` failed, `.` to come: read without colour too. */
const bar = ({ done, failed }: { done: number; failed: number }, total: number, width: number): Line => {
  const share = (count: number): number =>
    count === 0 ? 0 : Math.max(1, Math.floor((count * width) / total));
  const bad = share(failed);
  const good = Math.min(width - bad, share(done));
  return [
    span('['),
    span('#'.repeat(good), 'good'),
    span('!'.repeat(bad), 'bad'),
    span('.'.repeat(width - good - bad), 'dim'),
    span(']'),
  ];
};

const ORDER = ['failed', 'running', 'pending', 'queued', 'done', 'up-to-date', 'excluded'];

const nodeTable = memoize(({ nodes }: RolloutState, failed: readonly string[]): Table => {
  const place = new Map(failed.map((name, index) => [name, index]));
  const rank = ({ phase, node }: NodeState): number =>
    // The newest failure stands first.
    ORDER.indexOf(phase) * 1e6 - (phase === 'failed' ? (place.get(node.name) ?? 0) : 0);
  return {
    columns: [{ title: 'node' }, { title: 'state' }, { title: 'why', isElastic: true }],
    rows: [...nodes.values()].toSorted((one, other) => rank(one) - rank(other)).map(nodeRow),
  };
});

const nodeRow = ({ node, phase, reason, report }: NodeState): Row => {
  const { letter, tone } = markOf(phase);
  const hint = reason?.hint === undefined ? '' : ` (${reason.hint})`;
  const words = reason === undefined ? (report?.outcome ?? '') : `${reason.code}: ${reason.message}${hint}`;
  return {
    key: node.name,
    cells: [
      cell(node.name),
      [span(`${letter} `, tone), span(phase)],
      cell(words, phase === 'failed' ? 'bad' : 'dim'),
    ],
    opens: { screen: 'node', node: node.name },
    ...(reason !== undefined && { detail: words }),
  };
};
