// What a profile says to a reader who knows nothing of libseccomp: rules in the order of the file, the first that matches
// decides, its conditions all hold, otherwise the default. Knows nothing of the code under test.
import type { Outcome } from '../../src/profile/resolve.ts';

export interface PlainCondition {
  readonly index: number;
  readonly op: 'NE' | 'LT' | 'LE' | 'EQ' | 'GE' | 'GT' | 'MASKED_EQ';
  readonly value: bigint;
  readonly valueTwo: bigint;
}

/** `ERRNO` and `TRACE` may have an errno; EPERM is meant where they have none. */
export interface PlainAnswer {
  readonly action: 'ALLOW' | 'ERRNO' | 'KILL' | 'KILL_PROCESS' | 'KILL_THREAD' | 'LOG' | 'TRACE' | 'TRAP';
  readonly errno?: number;
}

export interface PlainRule extends PlainAnswer {
  readonly names: readonly string[];
  readonly args: readonly PlainCondition[];
}

export interface PlainProfile {
  readonly fallback: PlainAnswer;
  /** Beyond the native one. */
  readonly architectures: readonly string[];
  readonly rules: readonly PlainRule[];
}

/** Writes a profile as OCI JSON, one rule a line. */
export const writePlain = ({ fallback, architectures, rules }: PlainProfile): string => {
  const condition = ({ index, op, value, valueTwo }: PlainCondition): string =>
    `{"index":${index},"value":${value},"valueTwo":${valueTwo},"op":"SCMP_CMP_${op}"}`;
  const lines = rules.map(
    ({ names, action, errno, args }) =>
      `{"names":${JSON.stringify(names)},"action":"SCMP_ACT_${action}"` +
      `${errno === undefined ? '' : `,"errnoRet":${errno}`},"args":[${args.map(condition).join(',')}]}`,
  );
  const { action, errno } = fallback;
  const head = `"defaultAction":"SCMP_ACT_${action}"${errno === undefined ? '' : `,"defaultErrnoRet":${errno}`}`;
  return `{${head},"architectures":${JSON.stringify(architectures)},"syscalls":[\n${lines.join(',\n')}\n]}\n`;
};

/** Returns what the profile says to a call, whose arguments are as wide as the architecture's. */
export const readPlainly = (
  { fallback, rules }: PlainProfile,
  name: string,
  args: readonly bigint[],
): Outcome => {
  const first = rules.find((rule) => rule.names.includes(name) && rule.args.every((one) => holds(one, args)));
  return outcomeOf(first ?? fallback);
};

const holds = ({ index, op, value, valueTwo }: PlainCondition, args: readonly bigint[]): boolean => {
  const argument = args[index]!;
  switch (op) {
    case 'NE':
      return argument !== value;
    case 'LT':
      return argument < value;
    case 'LE':
      return argument <= value;
    case 'EQ':
      return argument === value;
    case 'GE':
      return argument >= value;
    case 'GT':
      return argument > value;
    case 'MASKED_EQ':
      return (argument & value) === valueTwo;
  }
};

const outcomeOf = ({ action, errno = 1 }: PlainAnswer): Outcome => {
  if (action === 'KILL') return { action: 'SCMP_ACT_KILL_THREAD' };
  return action === 'ERRNO' || action === 'TRACE'
    ? { action: `SCMP_ACT_${action}`, errno }
    : { action: `SCMP_ACT_${action}` };
};
