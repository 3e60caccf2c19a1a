// Where libseccomp makes a filter of which no rule ever counts (src/gen_bpf.c _gen_bpf_syscalls, 2.5.1 to 2.6.1). It asks
// for the calls with the fewest conditions first, and reads the call's number when it gets to the first. A call that the
// architecture doesn't have is left out, and where it would be the first, the reading is left out with it.
import type { SeccompArchitecture } from './architectures.ts';
import type { Located } from './document.ts';
import type { Facts } from './facts.ts';
import type { FilterPart, FilterRule } from './resolve.ts';
import { LIBSECCOMP_VERSIONS } from './syscalls.ts';

/** Why the rules of a part do not count. */
export interface Loss {
  /** The system call that the architecture doesn't have, and the rule that names it. */
  readonly name: string;
  readonly at: Located;
  /** Otherwise it depends on how libseccomp puts several rules on one call together. */
  readonly isSure: boolean;
}

type GivenRules = Pick<FilterPart, 'bits' | 'rules' | 'absent'>;

/** Finds the architectures whose rules do not count; `ruleCount` is how many rules the runtime is given. */
export const findLosses = (
  parts: ReadonlyMap<SeccompArchitecture, GivenRules>,
  { runtime }: Pick<Facts, 'runtime'>,
  ruleCount: number,
): ReadonlyMap<SeccompArchitecture, Loss> => {
  // runc then has libseccomp build a tree, which reads the number by itself.
  if (runtime === 'runc' && ruleCount > MOST_RULES_IN_LINE) return new Map();
  const both = [...parts].filter(([architecture]) => TWINS.includes(architecture));
  // Of the two alone, the number is read to tell them apart.
  const groups = [
    ...[...parts].filter(([architecture]) => !TWINS.includes(architecture)).map((one) => [one]),
    ...(both.length === 2 ? [both] : []),
  ];
  return new Map(
    groups.flatMap((group) => {
      const loss = findLoss(group.map(([, given]) => given));
      return loss === undefined ? [] : group.map(([architecture]) => [architecture, loss] as const);
    }),
  );
};

const MOST_RULES_IN_LINE = 32;

/** They have one number for the kernel, so that libseccomp puts their rules into one row. */
const TWINS: readonly SeccompArchitecture[] = ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X32'];

/** With these, calls may go through socketcall or ipc, and whatever adds those rules drops absent calls at once. */
const DROPS_ABSENT: readonly SeccompArchitecture[] = [
  ...(['SCMP_ARCH_X86', 'SCMP_ARCH_S390', 'SCMP_ARCH_S390X'] as const),
  ...(['SCMP_ARCH_PPC64', 'SCMP_ARCH_PPC64LE'] as const),
];
const DROPS_ABSENT_LATER: readonly SeccompArchitecture[] = [
  'SCMP_ARCH_MIPS',
  'SCMP_ARCH_MIPSEL',
  'SCMP_ARCH_PPC',
];

/** Says whether libseccomp keeps rules on calls that an architecture doesn't have, up to the very end. */
export const keepsAbsent = (
  architecture: SeccompArchitecture,
  libseccomp = LIBSECCOMP_VERSIONS.at(-1)!,
): boolean =>
  !DROPS_ABSENT.includes(architecture) &&
  (!DROPS_ABSENT_LATER.includes(architecture) || libseccomp === LIBSECCOMP_VERSIONS[0]);

/** A system call in the row: how many tests its rules take, at least and at most. */
interface Entry {
  readonly least: number;
  readonly most: number;
  readonly absent?: { readonly name: string; readonly at: Located };
}

const findLoss = (group: readonly GivenRules[]): Loss | undefined => {
  // Nothing comes before a call without conditions, and nearly every profile has one.
  if ([...group[0]!.rules.values()].some(([first]) => first!.conditions.length === 0)) return undefined;
  // In the order of libseccomp's list: by number, calls that are absent last.
  const row = group.flatMap(({ bits, rules, absent }): readonly Entry[] => [
    ...[...rules.values()].map((all) => countTests(all, bits)),
    ...[...absent].map(([name, all]) => ({
      ...countTests(all, bits),
      absent: { name, at: all[0]!.at },
    })),
  ]);
  if (row.every(({ absent }) => absent !== undefined)) return undefined;
  const losses = row.flatMap(({ absent, least, most }, index): readonly Loss[] => {
    if (absent === undefined) return [];
    const others = [...row.entries()].filter(([, other]) => other.absent === undefined);
    // Of two with as many tests, the first in the list is the first in the row.
    const isAhead = ([at, other]: [number, Entry], tests: number, bound: 'least' | 'most'): boolean =>
      at < index ? other[bound] <= tests : other[bound] < tests;
    if (others.some((one) => isAhead(one, least, 'most'))) return [];
    return [{ ...absent, isSure: !others.some((one) => isAhead(one, most, 'least')) }];
  });
  return losses.find(({ isSure }) => isSure) ?? losses[0];
};

/** Several rules share tests that are alike, and a shorter one may do away with a longer one. */
const countTests = (rules: readonly FilterRule[], bits: 32 | 64): Entry => {
  const counts = rules.map(({ conditions }) =>
    conditions.reduce((sum, { op }) => sum + (bits === 32 ? 1 : ORDERED.includes(op) ? 3 : 2), 0),
  );
  return { least: Math.min(...counts), most: counts.reduce((sum, count) => sum + count, 0) };
};

const ORDERED: readonly string[] = ['SCMP_CMP_LT', 'SCMP_CMP_LE', 'SCMP_CMP_GE', 'SCMP_CMP_GT'];
