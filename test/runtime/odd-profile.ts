// One odd profile as a real runtime loaded it, beside evaluation and beside its plain meaning: the calls on which they part.
import { nativeOf, type SeccompArchitecture } from '../../src/profile/architectures.ts';
import { type Call, evaluate } from '../../src/profile/evaluate.ts';
import type { Condition } from '../../src/profile/oci.ts';
import type { EffectiveFilter, FilterPart, Outcome } from '../../src/profile/resolve.ts';
import { codeOf, parseProgram, runProgram } from '../support/bpf.ts';
import { type PlainCondition, type PlainProfile, readPlainly } from '../support/plain-meaning.ts';
import { tuplesFor } from '../support/probes.ts';
import { describeCall } from './filter-comparison.ts';
import { HERE } from './runc.ts';

/** A call that the filter answers otherwise than a reader of the file expects. */
export interface Surprise {
  /** The system calls of the file that it is about. */
  readonly names: readonly string[];
  readonly text: string;
}

export interface Partings {
  readonly probes: number;
  /** Where evaluation was sure and wrong. */
  readonly wrong: readonly string[];
  readonly surprises: readonly Surprise[];
}

/** Finds where the program of an odd profile, its evaluation and its plain meaning part. */
export const findPartings = (profile: PlainProfile, filter: EffectiveFilter, bytes: Uint8Array): Partings => {
  const program = parseProgram(bytes);
  const probes = probesOf(profile, filter);
  const wrong: string[] = [];
  const surprises: Surprise[] = [];
  for (const { name, call } of probes) {
    const real = runProgram(program, call);
    const { outcome, by, certainty } = evaluate(filter, call);
    const told = `${name}: ${describeCall(call)}: really 0x${real.toString(16)}`;
    if (certainty === 'exact' && codeOf(outcome) !== real)
      wrong.push(`${told}, evaluated ${by} 0x${codeOf(outcome).toString(16)}`);
    const { plain, names } = expect(profile, name, call, filter.parts.get(call.architecture)!);
    if (plain === undefined || codeOf(plain) !== real)
      surprises.push({
        names,
        text: `${told}, plainly ${plain === undefined ? 'no telling' : `0x${codeOf(plain).toString(16)}`}`,
      });
  }
  return { probes: probes.length, wrong, surprises };
};

interface Expectation {
  /** Undefined where the file doesn't say. */
  readonly plain: Outcome | undefined;
  readonly names: readonly string[];
}

const expect = (
  profile: PlainProfile,
  name: string,
  { args }: Call,
  { syscalls, bits }: FilterPart,
): Expectation => {
  const cut = args.map((value) => BigInt.asUintN(bits, value));
  const part = [...syscalls].find(
    ([, place]) => place.part?.of === name && BigInt(place.part.index) === cut[0],
  )?.[0];
  if (part === undefined) return { plain: readPlainly(profile, name, cut), names: [name] };
  // The arguments of the part itself lie in memory, or elsewhere than its conditions say.
  const about = profile.rules.filter(({ names }) => names.includes(part));
  const isUntold = about.some(({ args: conditions }) => conditions.length > 0);
  const rules = profile.rules.map((rule) => ({
    ...rule,
    names: rule.names.map((one) => (one === part ? name : one)),
  }));
  return {
    plain: isUntold ? undefined : readPlainly({ ...profile, rules }, name, cut),
    names: [name, part],
  };
};

interface Probe {
  readonly name: string;
  readonly call: Call;
}

/** Every system call that the profile names, on the native architecture and the listed ones, and one that it doesn't. */
const probesOf = ({ rules, architectures }: PlainProfile, { parts }: EffectiveFilter): readonly Probe[] => {
  const named = new Set(['getpid', ...rules.flatMap(({ names }) => names)]);
  return [nativeOf(HERE), ...(architectures as SeccompArchitecture[])].flatMap((architecture) => {
    const { syscalls, bits } = parts.get(architecture)!;
    const wholes = [...named].flatMap((name) => syscalls.get(name)?.part?.of ?? []);
    return [...new Set([...named, ...wholes])].flatMap((name) => {
      const number = syscalls.get(name)?.number;
      if (number === undefined) return [];
      const isAbout = (one: string): boolean => one === name || syscalls.get(one)?.part?.of === name;
      const conditions = rules
        .filter(({ names }) => names.some(isAbout))
        .flatMap(({ args }) => args.map(asCondition));
      const indices = [...named].flatMap((one) => syscalls.get(one)?.part ?? []);
      const selectors = indices
        .filter(({ of }) => of === name)
        .map(({ index }) => asCondition({ index: 0, op: 'EQ', value: BigInt(index), valueTwo: 0n }));
      return tuplesFor([...conditions, ...selectors]).map((args) => ({
        name,
        call: { architecture, number, args: args.map((value) => BigInt.asUintN(bits, value)) },
      }));
    });
  });
};

const asCondition = ({ op, ...rest }: PlainCondition): Condition => ({ ...rest, op: `SCMP_CMP_${op}` });
