// How long ago something was, as kubectl says it.
import { renderDuration } from '../output/duration.ts';

/** Renders the time since an RFC 3339 time; empty where there is none. */
export const age = (since: string | undefined, nowMs: number): string => {
  const ms = nowMs - Date.parse(since ?? '');
  return Number.isNaN(ms) ? '' : renderDuration(ms);
};

const COARSE_MS = 30_000;

/** Returns the time in steps, so that a table is not drawn anew every second. */
export const coarseTime = (nowMs: number): number => Math.floor(nowMs / COARSE_MS) * COARSE_MS;

/** As `age`, of a coarse time: what is younger than that tells is less than a minute old. */
export const coarseAge = (since: string | undefined, coarseMs: number): string =>
  coarseMs - Date.parse(since ?? '') < COARSE_MS ? '<1m' : age(since, coarseMs);
