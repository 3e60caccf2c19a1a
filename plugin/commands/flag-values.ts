// What flags are given, read: text -> value, or a refusal that names the flag.
import { SeccompError } from '../../src/error.ts';
import { LONGEST_JOB_MS } from '../../src/protocol/layout.ts';
import { parseSelector } from '../../src/rollout/selector.ts';
import { parseDuration } from '../output/duration.ts';

const SHORTEST_JOB_MS = 1_000;

/** Collects KEY=VALUE by key. */
export function parseExtra(given: string[]): Readonly<Record<string, readonly string[]>> {
  // kubectl drops one without `=` in silence; whoever acts as somebody else ought to know as whom.
  const extra = new Map<string, string[]>();
  for (const text of given) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === '') throw new SeccompError('usage', `--as-user-extra: "${text}" is not KEY=VALUE`);
    extra.set(key, [...(extra.get(key) ?? []), value]);
  }
  return Object.fromEntries(extra);
}

/** Parses klog's level; below 0 is as good as 0. */
export function parseLevel(given: string | string[]): number {
  const value = Array.isArray(given) ? given.at(-1) : given;
  if (/^-?\d{1,9}$/.test(value ?? '')) return Number(value);
  throw new SeccompError('usage', `-v: "${value}" is not a whole number`);
}

/** Parses --max-in-flight. */
export function parsePositive(given: string | string[]): number {
  const value = Array.isArray(given) ? given.at(-1) : given;
  if (/^[1-9]\d{0,5}$/.test(value ?? '')) return Number(value);
  throw new SeccompError('usage', `--max-in-flight: "${value}" is not a whole number from 1`);
}

/** Parses --timeout of one Job, to milliseconds. */
export function parseTimeout(given: string | string[]): number {
  // A Job that lived longer would lose its staging folder to the sweep of a later one.
  const text = (Array.isArray(given) ? given.at(-1) : given) ?? '';
  const timeoutMs = parseDuration(text, '--timeout');
  if (timeoutMs >= SHORTEST_JOB_MS && timeoutMs <= LONGEST_JOB_MS) return timeoutMs;
  throw new SeccompError('usage', `--timeout: "${text}" is not between 1s and 1h`);
}

/** Splits names at commas; refuses none. */
export function readNodeNames(given: string[]): string[] {
  // `--nodes "$NODES"` with an empty variable would otherwise pass for a rollout that went well.
  const names = given.flatMap((value) => value.split(',')).filter((name) => name !== '');
  if (names.length > 0) return names;
  throw new SeccompError('usage', `--nodes: "${given.join(',')}" names no node`, {
    hint: 'Leave the flag out for every node.',
  });
}

/** Checks a label selector, and hands it on as it is. */
export function readSelector(given: string | string[]): string {
  const text = (Array.isArray(given) ? given.at(-1) : given) ?? '';
  parseSelector(text);
  return text;
}
