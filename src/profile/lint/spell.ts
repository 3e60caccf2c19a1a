// Rules, conditions and calls in the words of messages.
import { type Located, renderPath } from '../document.ts';
import type { Condition } from '../oci.ts';
import type { Outcome } from '../resolve.ts';

/** Writes an outcome as `ERRNO 38`. */
export const spellOutcome = ({ action, errno }: Outcome): string =>
  `${action.slice('SCMP_ACT_'.length)}${errno === undefined ? '' : ` ${errno}`}`;

const SIGNS = { NE: '!=', LT: '<', LE: '<=', EQ: '==', GE: '>=', GT: '>' } as const;

/** Writes a condition as `a0 & 0x7e020000 == 0`. */
export const spellCondition = ({ index, op, value, valueTwo }: Condition): string => {
  if (op === 'SCMP_CMP_MASKED_EQ') return `a${index} & ${spellValue(value)} == ${spellValue(valueTwo)}`;
  return `a${index} ${SIGNS[op.slice('SCMP_CMP_'.length) as keyof typeof SIGNS]} ${spellValue(value)}`;
};

/** Writes arguments as `a0=1, a2=0x10000`, without those that are 0 and that no condition asks for. */
export const spellArguments = (args: readonly bigint[], conditions: readonly Condition[]): string => {
  const asked = new Set(conditions.map(({ index }) => index));
  return args
    .flatMap((value, index) => (asked.has(index) || value !== 0n ? [`a${index}=${spellValue(value)}`] : []))
    .join(', ');
};

/** Writes a value in decimal digits where it is short, in hexadecimal ones otherwise. */
export const spellValue = (value: bigint): string =>
  value < 1000n ? value.toString() : `0x${value.toString(16)}`;

/** Names a rule by its place in the file, as `syscalls[3]`. */
export const spellPlace = ({ path }: Located): string => renderPath(path).replace(/^\$\./, '');
