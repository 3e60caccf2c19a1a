// The comparisons an argument condition may use. Source: runtime-spec config-linux.md, runc libcontainer/seccomp/config.go.
import { nearest } from './suggest.ts';

export const OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;

export type Operator = (typeof OPERATORS)[number];

export const isOperator = (text: string): text is Operator => (OPERATORS as readonly string[]).includes(text);

const SIGNS: Readonly<Record<string, string>> = {
  '==': 'EQ',
  '=': 'EQ',
  '!=': 'NE',
  '<': 'LT',
  '<=': 'LE',
  '>': 'GT',
  '>=': 'GE',
  '&=': 'MASKED_EQ',
};

/** Returns the operator that a text names but for its case and prefix, or that is a sign of one meaning. */
export const operatorMeantBy = (text: string): Operator | undefined => {
  // `&=` says nothing of which value is the mask.
  if (Object.hasOwn(SIGNS, text) && text !== '&=') return `SCMP_CMP_${SIGNS[text]!}` as Operator;
  const operator = `SCMP_CMP_${text.toUpperCase().replace(/^(SCMP_)?CMP_/, '')}`;
  return isOperator(operator) ? operator : undefined;
};

/** Renders the tail of a message about an unknown operator: a suggestion, or what there is. */
export const hintForOperator = (text: string): string => {
  const bare = text.replace(/^(SCMP_CMP_|CMP_)/i, '');
  const meant = Object.hasOwn(SIGNS, text)
    ? SIGNS[text]!
    : nearest(
        bare,
        OPERATORS.map((operator) => operator.slice('SCMP_CMP_'.length)),
      );
  if (meant === undefined) return `; the operators are ${OPERATORS.join(', ')}`;
  return `; did you mean SCMP_CMP_${meant}?`;
};
