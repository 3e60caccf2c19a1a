// A verb at work, folded from what it tells; the nodes by the engine's own fold.
import type { RolloutEvent } from '../../src/rollout/events.ts';
import { reduceAll } from '../../src/rollout/state.ts';
import type { RunNews } from './port.ts';
import type { Run, State } from './state.ts';

/** More than this is no longer read: the newest words are kept. */
const KEPT_CHARACTERS = 200_000;

/** Applies news of a run; those of an earlier one are dropped. */
export const foldRun = (state: State, id: number, news: readonly RunNews[], nowMs: number): State => {
  const { run } = state;
  if (run?.id !== id) return state;
  const events = news.flatMap((one) => (one.kind === 'event' ? [one.event] : []));
  const said = news.map((one) => (one.kind === 'said' ? one.text : '')).join('');
  const ended = news.find((one) => one.kind === 'ended');
  const next: Run = {
    ...run,
    state: reduceAll(run.state, events),
    failed: [...run.failed, ...events.flatMap(failedNode)],
    said: (run.said + said).slice(-KEPT_CHARACTERS),
    ...(ended && { answer: ended.answer, endedMs: nowMs }),
  };
  const inspections = Object.fromEntries(
    events.flatMap((event) => {
      const inspection = event.kind === 'done' ? event.report.inspection : undefined;
      return event.kind === 'done' && inspection !== undefined
        ? [[event.node, { inspection, atMs: nowMs }]]
        : [];
    }),
  );
  return {
    ...state,
    run: next,
    nowMs,
    inspections: { ...state.inspections, ...inspections },
    // What was read before is out of date.
    ...(ended && { asked: {} }),
  };
};

const failedNode = (event: RolloutEvent): string[] => (event.kind === 'failed' ? [event.node] : []);
