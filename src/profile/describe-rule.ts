// What the rules on a system call ask of its arguments, in words: `a0 is AF_UNIX or AF_INET`.
import { CLONE_NEWUSER, NAMESPACE_FLAGS, nameOfValue } from './describe-rule-values.ts';
import type { Condition } from './oci.ts';

/** Says when a rule holds; rules without conditions hold always. `alternatives`: any of them suffices. */
export const describeConditions = (
  syscall: string,
  alternatives: readonly (readonly Condition[])[],
): string => {
  if (alternatives.some((conditions) => conditions.length === 0)) return 'always';
  const lists = new Map<string, string[]>();
  for (const conditions of alternatives) {
    const [only, ...more] = conditions;
    // One value after the other is read as a list.
    const isValue = only?.op === 'SCMP_CMP_EQ' && more.length === 0;
    const key = isValue
      ? `a${only.index} is `
      : conditions.map((one) => describe(syscall, one)).join(' and ');
    const values = lists.get(key) ?? [];
    lists.set(key, values);
    if (isValue) values.push(renderValue(syscall, only.index, only.value));
  }
  return [...lists].map(([key, values]) => `${key}${renderList(values)}`).join(', or ');
};

/** Renders a value by its name where it has one, otherwise in hexadecimal digits. */
export const renderValue = (syscall: string, index: number, value: bigint): string =>
  nameOfValue(syscall, index, value) ?? (value < 10n ? String(value) : `0x${value.toString(16)}`);

/** Renders a call by the arguments that are not 0, e.g. `clone a0=0x10000000 (CLONE_NEWUSER)`. */
export const renderCall = (syscall: string, args: readonly bigint[]): string =>
  [
    syscall,
    ...args.flatMap((value, index) => {
      if (value === 0n) return [];
      const name = nameOfValue(syscall, index, value);
      return [`a${index}=0x${value.toString(16)}${name === undefined ? '' : ` (${name})`}`];
    }),
  ].join(' ');

const SIGNS = {
  SCMP_CMP_NE: 'is not',
  SCMP_CMP_LT: '<',
  SCMP_CMP_LE: '<=',
  SCMP_CMP_EQ: 'is',
  SCMP_CMP_GE: '>=',
  SCMP_CMP_GT: '>',
} as const;

const describe = (syscall: string, { index, op, value, valueTwo }: Condition): string => {
  if (op !== 'SCMP_CMP_MASKED_EQ') return `a${index} ${SIGNS[op]} ${renderValue(syscall, index, value)}`;
  const isAboutNamespaces = /^(clone|unshare|setns)$/.test(syscall) && valueTwo === 0n;
  if (isAboutNamespaces && (value & CLONE_NEWUSER) !== 0n && (value | NAMESPACE_FLAGS) === NAMESPACE_FLAGS) {
    // Masks of before Linux 4.6 don't have CLONE_NEWCGROUP.
    const others = NAMESPACE_FLAGS & ~value;
    return `it makes no new namespaces${others === 0n ? '' : ` but ${renderValue(syscall, index, others)}`}`;
  }
  if (valueTwo === 0n) return `a${index} without ${renderValue(syscall, index, value)}`;
  if (valueTwo === value) return `a${index} with ${renderValue(syscall, index, value)}`;
  return `a${index} & 0x${value.toString(16)} is ${renderValue(syscall, index, valueTwo)}`;
};

const renderList = (values: readonly string[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
