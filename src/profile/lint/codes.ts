// Every code that a problem may carry: what it is called, how grave it usually is, why it matters and how to mend it.
// Codes are stable: one that is given up is never given to something else. docs/lint.md is made of this catalogue.
import type { Severity } from '../problem.ts';
import { CHECK_CODES } from './codes-checks.ts';
import { MEANING_CODES } from './codes-meaning.ts';
import { READING_CODES } from './codes-reading.ts';
import { RISK_CODES } from './codes-risks.ts';

export interface CodeEntry {
  /** Kebab-case. */
  readonly name: string;
  /** What it usually is; a case in which less or nothing is at stake may be told as less. */
  readonly severity: Severity;
  /** One sentence. */
  readonly why: string;
  /** One sentence. */
  readonly mend: string;
}

/** The catalogue, in the order of the codes. */
export const CODES = { ...READING_CODES, ...MEANING_CODES, ...CHECK_CODES, ...RISK_CODES } as const;

export type LintCode = keyof typeof CODES;

/** What the hundreds of a code stand for. */
export const THEMES: Readonly<Record<string, string>> = {
  SP0: 'Reading the file',
  SP1: 'Values that a runtime refuses',
  SP2: 'Silently ignored, or not what it looks like',
  SP3: 'Rules against one another',
  SP4: 'Architectures',
  SP5: 'What the profile lets through',
  SP6: 'Starting a container',
  SP7: 'Notifying and logging',
  SP8: 'Policy',
};
