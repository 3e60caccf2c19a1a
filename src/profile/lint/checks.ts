// Every check of a profile that was read without an error. A new one is written as check-….ts and listed here.

import type { Report } from '../report.ts';
import { checkActions } from './check-actions.ts';
import { checkArchitectures } from './check-architectures.ts';
import { checkClone3 } from './check-clone3.ts';
import { checkConditions } from './check-conditions.ts';
import { checkDefault } from './check-default.ts';
import { checkDialect } from './check-dialect.ts';
import { checkExactness } from './check-exactness.ts';
import { checkExec } from './check-exec.ts';
import { checkLoad } from './check-load.ts';
import { checkLostRules } from './check-lost-rules.ts';
import { checkNames } from './check-names.ts';
import { checkNamespaces } from './check-namespaces.ts';
import { checkOverlaps } from './check-overlaps.ts';
import { checkParts } from './check-parts.ts';
import { checkRedundant } from './check-redundant.ts';
import { checkRefused } from './check-refused.ts';
import { checkSiblings } from './check-siblings.ts';
import { checkStart } from './check-start.ts';
import { checkSuccessors } from './check-successors.ts';
import { checkUpperBits } from './check-upper-bits.ts';
import { checkUretprobe } from './check-uretprobe.ts';
import { checkWeaker } from './check-weaker.ts';
import { checkWidth } from './check-width.ts';
import type { LintSubject } from './subject.ts';

/** Looks at one profile; what it finds goes to the report. */
export type Check = (subject: LintSubject, report: Report) => void;

export const CHECKS: readonly Check[] = [
  checkActions,
  checkArchitectures,
  checkClone3,
  checkConditions,
  checkDefault,
  checkDialect,
  checkExactness,
  checkExec,
  checkLoad,
  checkLostRules,
  checkNames,
  checkNamespaces,
  checkOverlaps,
  checkParts,
  checkRedundant,
  checkRefused,
  checkSiblings,
  checkStart,
  checkSuccessors,
  checkUpperBits,
  checkUretprobe,
  checkWeaker,
  checkWidth,
];
