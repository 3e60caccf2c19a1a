// The first line of a frame: the way that led here, what is at work, where one is connected and whether that is live.
import { type Line, lineWidth, type Span, span, spread } from './line.ts';
import { formatPlace } from './place.ts';
import type { Run, State } from './state.ts';

/** Draws the breadcrumb, and at its right what holds for every screen. */
export const topLine = (state: State): Line => {
  const { trail, size, context, fleet, isReadOnly, run } = state;
  const crumbs = trail.flatMap(({ place, filter }, index): Span[] => [
    ...(index > 0 ? [span(' › ', 'dim')] : []),
    span(formatPlace(place), index + 1 === trail.length ? 'title' : 'dim'),
    ...(filter === '' ? [] : [span(` /${filter}`, 'accent')]),
  ]);
  const losses = Object.values(fleet.lost).filter((one) => one !== undefined);
  const isAtWork = run !== undefined && run.endedMs === undefined;
  const isReading = !fleet.synced.nodes || !fleet.synced.records;
  const right: Line = [
    ...(isAtWork ? [workSpan(run)] : []),
    ...(isReadOnly ? [span('read-only  ', 'warn')] : []),
    ...(context === undefined ? [] : [span(context, 'dim'), span('  ')]),
    losses.length > 0 ? span('NOT LIVE', 'bad') : isReading ? span('reading', 'warn') : span('live', 'good'),
  ];
  return spread(shorten(crumbs, size.columns - lineWidth(right) - 2), right, size.columns);
};

const workSpan = ({ words, isPaused, isStopping }: Run): Span =>
  isPaused && !isStopping ? span(`${words[0]} PAUSED  `, 'warn') : span(`${words[0]} at work  `, 'accent');

/** Of a long trail the end matters. */
const shorten = (crumbs: Line, width: number): Line => {
  let kept = crumbs;
  while (kept.length > 1 && lineWidth(kept) > width) kept = kept.slice(1);
  return kept.length < crumbs.length && kept.length > 1 ? [span('…', 'dim'), ...kept] : kept;
};
