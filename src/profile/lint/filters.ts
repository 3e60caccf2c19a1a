// What a profile becomes on the nodes it is checked for. The checks that look at what a filter does rather than at what
// a file says begin here.
import type { Action } from '../actions.ts';
import { nativeOf, type SeccompArchitecture } from '../architectures.ts';
import { compile } from '../compile.ts';
import type { Verdict } from '../evaluate.ts';
import type { Facts, KnownFacts } from '../facts.ts';
import type { Profile, SourceProfile } from '../oci.ts';
import { type EffectiveFilter, type FilterPart, type FilterRule, readAs, resolve } from '../resolve.ts';
import { LIBSECCOMP_VERSIONS } from '../syscalls.ts';
import type { LintSubject } from './subject.ts';

/** One architecture of the filter that a profile becomes on one kind of node. */
export interface Place {
  readonly facts: KnownFacts;
  readonly filter: EffectiveFilter;
  readonly architecture: SeccompArchitecture;
  /** Says whether it is the node's own. */
  readonly isNative: boolean;
  readonly part: FilterPart;
}

/** Fills in what is not known, for checks whose answer hardly depends on it: runc, and the newest libseccomp. */
export const assume = (facts: KnownFacts): Facts => ({
  ...facts,
  runtime: facts.runtime ?? 'runc',
  libseccomp: facts.libseccomp ?? LIBSECCOMP_VERSIONS.at(-1)!,
});

/** Returns the profile as the reader of the file on such a node reads it, conditions on the node decided. */
export const profileFor = (source: SourceProfile, facts: KnownFacts): Profile =>
  compile(readAs(source, facts.dialect), facts.architecture, {
    ...facts,
    architectures: [facts.architecture],
  });

/** Nearly every check asks for the same filters. */
const resolved = new WeakMap<SourceProfile, Map<string, EffectiveFilter>>();

/** Resolves a profile for one kind of node, of which what is not known is assumed. */
export const filterFor = (source: SourceProfile, facts: KnownFacts): EffectiveFilter => {
  const { architecture, dialect, runtime, libseccomp, capabilities, minimumKernel } = assume(facts);
  const key = JSON.stringify([architecture, dialect, runtime, libseccomp, capabilities, minimumKernel]);
  const known = resolved.get(source) ?? new Map<string, EffectiveFilter>();
  resolved.set(source, known);
  const filter = known.get(key) ?? resolve(source, assume(facts));
  known.set(key, filter);
  return filter;
};

/** Lists every architecture of every filter that the profile becomes. */
export const placesOf = ({ source, facts }: LintSubject): readonly Place[] =>
  facts.flatMap((one) => {
    const filter = filterFor(source, one);
    return [...filter.parts].map(([architecture, part]) => {
      const isNative = architecture === nativeOf(one.architecture);
      return { facts: one, filter, architecture, isNative, part };
    });
  });

/** Says where a finding holds, for those that are not about the node's own architecture. */
export const whereOf = ({ isNative, architecture }: Place): { readonly where?: string } =>
  isNative ? {} : { where: architecture };

/** The rules of one system call. */
export interface RuledCall {
  readonly name: string;
  readonly number: number;
  readonly rules: readonly FilterRule[];
}

/** Several checks go through the same. */
const ruled = new WeakMap<FilterPart, readonly RuledCall[]>();

/** Lists the system calls that a filter has rules on. */
export const ruledCalls = (part: FilterPart): readonly RuledCall[] => {
  const known = ruled.get(part);
  if (known !== undefined) return known;
  const calls: RuledCall[] = [];
  for (const [name, { number }] of part.syscalls) {
    const rules = number === undefined ? undefined : part.rules.get(number);
    if (number !== undefined && rules !== undefined) calls.push({ name, number, rules });
  }
  ruled.set(part, calls);
  return calls;
};

/** Says whether a call goes through for sure; a tracer or an agent may decide otherwise each time. */
export const letsThrough = ({ outcome: { action }, certainty }: Verdict): boolean =>
  certainty === 'exact' && (action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG');

/** Says whether a call is refused for sure. */
export const refuses = ({ outcome: { action }, certainty }: Verdict): boolean =>
  certainty === 'exact' && REFUSALS.includes(action);

const REFUSALS: readonly Action[] = [
  ...(['SCMP_ACT_ERRNO', 'SCMP_ACT_TRAP', 'SCMP_ACT_KILL_THREAD', 'SCMP_ACT_KILL_PROCESS'] as const),
];
