// A profile's explanation by lines of its source: what each rule decides, and where each call is decided.
import type { ExplainedCallDocument, ExplanationDocument } from '../output/explain-document.ts';
import type { PlaceDocument } from '../output/verdict.ts';
import { memoize } from './memo.ts';

export interface RuleAt {
  /** Of the source, from 1: where something of the rule is first named. */
  readonly line: number;
  /** Such as `$.syscalls[3]`. */
  readonly path: string;
  readonly calls: readonly DecidedCall[];
}

export interface DecidedCall {
  readonly call: ExplainedCallDocument;
  /** E.g. `ERRNO 1 (EPERM)`. */
  readonly action: string;
  readonly errno?: number;
  readonly errnoName?: string;
  /** In words; absent: always. */
  readonly when?: string;
}

/** Returns what decides anything, by where it stands. */
export const rulesOf = memoize((document: ExplanationDocument): readonly RuleAt[] => {
  const rules = new Map<string, { line: number; calls: DecidedCall[] }>();
  const add = (place: PlaceDocument | undefined, decided: DecidedCall): void => {
    if (place === undefined) return;
    const path = ruleOf(place.path);
    const rule = rules.get(path) ?? { line: place.line, calls: [] };
    rule.line = Math.min(rule.line, place.line);
    rule.calls.push(decided);
    rules.set(path, rule);
  };
  for (const call of document.calls) {
    for (const rule of call.rules) add(rule.place, { call, ...rule });
    add(call.decision.place, { call, ...call.decision });
  }
  return [...rules]
    .map(([path, rule]) => ({ path, ...rule }))
    .toSorted((one, other) => one.line - other.line);
});

/** `$.syscalls[3].names[2]` is a part of `$.syscalls[3]`. */
const ruleOf = (path: string): string => /^.*?syscalls\[\d+\]/.exec(path)?.[0] ?? path;

/** Returns the rule that a line belongs to: the last that begins at or above it. */
export const ruleAtLine = (rules: readonly RuleAt[], line: number, lastLine: number): RuleAt | undefined => {
  const found = rules.findLast((rule) => rule.line <= line);
  return line > lastLine ? undefined : found;
};
