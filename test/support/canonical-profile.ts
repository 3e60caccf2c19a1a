// A plain OCI profile in one spelling, for comparing what two programs wrote: order, repetitions and empty fields, which
// mean nothing where no two rules on a call are at odds, are gone.

interface Plain {
  readonly defaultAction?: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly syscalls?: readonly {
    readonly names: readonly string[];
    readonly action: string;
    readonly errnoRet?: number;
    readonly args?: readonly {
      readonly index: number;
      readonly value: number | bigint;
      readonly valueTwo?: number | bigint;
      readonly op: string;
    }[];
  }[];
}

/** Returns default and architectures, and one line for each call and rule; `native` is always among the architectures. */
export const canonical = (profile: object, native = 'SCMP_ARCH_X86_64'): object => {
  const { defaultAction, defaultErrnoRet, architectures = [], syscalls = [] } = profile as Plain;
  const lines = syscalls.flatMap(({ names, action, errnoRet, args = [] }) => {
    const conditions = args.map(
      ({ index, value, valueTwo = 0, op }) =>
        `${index} ${op} ${value} ${op.includes('MASKED') ? valueTwo : ''}`,
    );
    return names.map((name) => `${name}: ${action} ${errnoRet ?? ''} ${conditions.sort().join(', ')}`);
  });
  return {
    fallback: `${defaultAction} ${defaultErrnoRet ?? 1}`,
    architectures: [...new Set([native, ...architectures])].sort(),
    rules: [...new Set(lines)].sort(),
  };
};
