// Durations as Go writes them, which is how kubectl users type them.
import { SeccompError } from '../../src/error.ts';

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Parses `30s`, `5m` or `1h30m` to milliseconds; a bare number counts seconds, as for kubectl's --request-timeout. */
export const parseDuration = (text: string, flag: string): number => {
  if (/^\d+$/.test(text)) return Number(text) * MILLISECONDS.s;
  if (!DURATION.test(text)) {
    throw new SeccompError('usage', `${flag}: "${text}" is not a duration`, {
      hint: 'Write it as a number with a unit, such as 30s, 5m or 1h30m.',
    });
  }
  return [...text.matchAll(PART)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS],
    0,
  );
};

/** Renders milliseconds as kubectl renders an age: `8s`, `3m20s`, `5h10m`, `12d`. */
export const renderDuration = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
};
