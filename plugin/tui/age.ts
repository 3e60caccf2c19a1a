// How long ago something was, as kubectl says it.
import { renderDuration } from '../output/duration.ts';

/** Renders the time since an RFC 3339 time; empty where there is none. */
export const age = (since: string | undefined, nowMs: number): string => {
  const ms = nowMs - Date.parse(since ?? '');
  return Number.isNaN(ms) ? '' : renderDuration(ms);
};
