// A policy: what the profiles of a bundle may and must say, by their paths. For CI, where a file is judged before
// anybody runs it.
import type { Action } from '../actions.ts';
import type { SeccompArchitecture } from '../architectures.ts';

export const POLICY_API_VERSION = 'kubectl-seccomp/v1';
export const POLICY_KIND = 'ProfilePolicy';

export interface Policy {
  /** Every rule whose paths match a profile counts for it. */
  readonly rules: readonly PolicyRule[];
}

/** What is left out is not asked. */
export interface PolicyRule {
  /** Patterns of paths in the bundle; empty: all. */
  readonly paths: readonly string[];
  /** Why the rule is there, for whoever breaks it. */
  readonly reason?: string;
  readonly defaultActions?: readonly Action[];
  /** Of rules; the default action is asked by `defaultActions` alone. */
  readonly actions?: readonly Action[];
  /** The only system calls that may go through. */
  readonly allowedSyscalls?: readonly string[];
  /** System calls that must not go through, whatever their arguments. */
  readonly forbiddenSyscalls?: readonly string[];
  /** System calls that may go through only under conditions. */
  readonly conditionalSyscalls?: readonly string[];
  readonly requiredArchitectures?: readonly SeccompArchitecture[];
}

/** Says whether a pattern fits a whole path: `*` is anything within a segment, `**` any segments, `?` one character. */
export const matchesPath = (pattern: string, path: string): boolean => {
  // Written twice they mean the same, and take many times as long.
  const expression = pattern
    .replace(/(\*\*\/)+/g, '**/')
    .replace(/\*\*\*+/g, '**')
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((piece) => WILDCARDS[piece] ?? piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('');
  return new RegExp(`^${expression}$`).test(path);
};

const WILDCARDS: Readonly<Record<string, string>> = {
  '**/': '(?:[^/]+/)*',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};
