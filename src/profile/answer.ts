// One question about a profile, answered for everything that is not known of the node: where runtimes or versions of
// libseccomp give different answers, all of them are given.
import { nativeOf } from './architectures.ts';
import { evaluate, type Verdict } from './evaluate.ts';
import type { Facts, KnownFacts } from './facts.ts';
import type { SourceProfile } from './oci.ts';
import { isSame, resolve } from './resolve.ts';
import { LIBSECCOMP_VERSIONS, syscallsOf } from './syscalls.ts';

export interface Question {
  /** A name, or a number in decimal or hexadecimal digits. */
  readonly syscall: string;
  readonly args: readonly bigint[];
}

/** A verdict, and for whom it holds. */
export interface Answer extends Verdict {
  readonly runtimes: readonly Facts['runtime'][];
  readonly libseccomp: readonly string[];
  /** How the call is made where it has no number of its own, or another way beside it. */
  readonly through?: 'socketcall' | 'ipc';
}

/** `unknown`: some nodes let it through and others don't, or somebody else decides when it happens. */
export type Fate = 'goes through' | 'refused' | 'unknown';

/** Answers a question; undefined where the architecture has no such system call. Answers that agree are one. */
export const answer = (
  source: SourceProfile,
  { syscall, args }: Question,
  facts: KnownFacts,
): readonly Answer[] | undefined => {
  const ways = waysOf(syscall, args, facts);
  if (ways.length === 0) return undefined;
  const answers: Answer[] = [];
  for (const { runtime, libseccomp, ...rest } of possibleFacts(facts)) {
    const filter = resolve(source, { ...rest, runtime, libseccomp });
    for (const { through, ...call } of ways) {
      const verdict = evaluate(filter, { architecture: nativeOf(facts.architecture), ...call });
      const at = answers.findIndex((one) => one.through === through && isAlike(one, verdict));
      const before = answers[at] ?? { runtimes: [], libseccomp: [] };
      answers[at < 0 ? answers.length : at] = {
        ...verdict,
        runtimes: [...new Set([...before.runtimes, runtime])],
        libseccomp: [...new Set([...before.libseccomp, libseccomp])],
        ...(through !== undefined && { through }),
      };
    }
  }
  return answers;
};

/** Lists every node that it may be: all runtimes and versions of libseccomp where they are not known. */
export const possibleFacts = (facts: KnownFacts): readonly Facts[] =>
  (facts.runtime === undefined ? (['runc', 'crun'] as const) : [facts.runtime]).flatMap((runtime) =>
    (facts.libseccomp === undefined ? LIBSECCOMP_VERSIONS : [facts.libseccomp]).map((libseccomp) => ({
      ...facts,
      runtime,
      libseccomp,
    })),
  );

interface Way {
  readonly number: number;
  readonly args: readonly bigint[];
  readonly through?: 'socketcall' | 'ipc';
}

/** The numbers by which a call is made: its own, and that of the call that it is a part of. */
const waysOf = (syscall: string, args: readonly bigint[], { architecture }: KnownFacts): readonly Way[] => {
  if (/^(0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(syscall)) {
    return Number(syscall) > 0xffff_ffff ? [] : [{ number: Number(syscall), args }];
  }
  const syscalls = syscallsOf(nativeOf(architecture), LIBSECCOMP_VERSIONS.at(-1)!);
  const place = syscalls.get(syscall);
  const whole = place?.part && syscalls.get(place.part.of)?.number;
  return [
    ...(place?.number === undefined ? [] : [{ number: place.number, args }]),
    // The arguments then lie in memory, where no filter sees them.
    ...(place?.part === undefined || whole === undefined
      ? []
      : [{ number: whole, args: [BigInt(place.part.index)], through: place.part.of }]),
  ];
};

const isAlike = (a: Verdict, b: Verdict): boolean =>
  isSame(a.outcome, b.outcome) && a.by === b.by && a.at === b.at && a.certainty === b.certainty;

/** Says what becomes of the call by all answers together. */
export const fateOf = (answers: readonly Answer[]): Fate => {
  const fates = new Set(answers.map(fateOfOne));
  return fates.size === 1 ? [...fates][0]! : 'unknown';
};

const fateOfOne = ({ outcome: { action }, certainty }: Answer): Fate => {
  // A tracer or an agent decides each time.
  if (certainty !== 'exact' || action === 'SCMP_ACT_TRACE' || action === 'SCMP_ACT_NOTIFY') return 'unknown';
  return action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG' ? 'goes through' : 'refused';
};
