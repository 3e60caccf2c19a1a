// Random profiles in OCI form over a handful of system calls, and every call that could tell two of them apart.
import fc from 'fast-check';
import type { SeccompArchitecture } from '../../src/profile/architectures.ts';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import type { Call } from '../../src/profile/evaluate.ts';
import type { Condition, SourceProfile } from '../../src/profile/oci.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import type { CompileOptions } from '../../src/profile/prepared.ts';
import { renderJson } from '../../src/profile/render-json.ts';
import type { EffectiveFilter } from '../../src/profile/resolve.ts';
import { tuplesFor } from './probes.ts';

/** The first is a part of socketcall on i386, the last is larger than all that small profiles name. */
export const SAMPLE_NAMES = ['socket', 'chmod', 'clone', 'read', 'mkdir', 'cachestat'] as const;

const OPERATORS = ['EQ', 'NE', 'LT', 'LE', 'GT', 'GE', 'MASKED_EQ'] as const;
const SHORT = [0n, 1n, 2n, 3n, 7n, 8n, 0x28n, 0x10000n, 0x7fffffffn, 0xfffffffen] as const;
const LONG = [...SHORT, 0x1_0000_0000n, 0x1_0000_0001n, 0x7fff_ffff_ffff_ffffn, 2n ** 64n - 1n] as const;

export interface SampleRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args: readonly {
    readonly index: number;
    readonly op: string;
    readonly value: bigint;
    readonly valueTwo?: bigint;
  }[];
}

const outcome = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ action: 'SCMP_ACT_ALLOW' }) },
  { weight: 3, arbitrary: fc.constant({ action: 'SCMP_ACT_ERRNO' }) },
  { weight: 1, arbitrary: fc.constant({ action: 'SCMP_ACT_ERRNO', errnoRet: 38 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('KILL_PROCESS', 'KILL', 'TRAP', 'TRACE', 'LOG').map((name) => ({
      action: `SCMP_ACT_${name}`,
    })),
  },
);

const condition = (values: readonly bigint[], operators: readonly string[]) =>
  fc
    .record({
      index: fc.nat(2),
      op: fc.constantFrom(...operators),
      value: fc.constantFrom(...values),
      valueTwo: fc.constantFrom(...values),
    })
    .map(({ index, op, value, valueTwo }) => ({
      index,
      op: `SCMP_CMP_${op}`,
      value,
      ...(op === 'MASKED_EQ' && { valueTwo: valueTwo & value }),
    }));

const rule = (values: readonly bigint[], operators: readonly string[]): fc.Arbitrary<SampleRule> =>
  fc
    .tuple(
      fc.subarray([...SAMPLE_NAMES], { minLength: 1, maxLength: 3 }),
      outcome,
      fc.oneof(fc.constant([]), fc.array(condition(values, operators), { minLength: 1, maxLength: 2 })),
    )
    .map(([names, what, args]) => ({ names, ...what, args }));

/** A random profile as the text of its file; with `short`, of values that every architecture has room for. */
export const sampleProfile = (width: 'short' | 'long' = 'short'): fc.Arbitrary<string> =>
  fc
    .constantFrom(['EQ', 'MASKED_EQ'], OPERATORS)
    .chain((operators) =>
      fc.record({
        default: outcome,
        architectures: fc.constantFrom(
          [],
          ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
          ['SCMP_ARCH_X86', 'SCMP_ARCH_ARM'],
        ),
        rules: fc.array(rule(width === 'short' ? SHORT : LONG, operators), { maxLength: 4 }),
      }),
    )
    .map(({ default: { action, ...errno }, architectures, rules }) =>
      renderJson({
        defaultAction: action,
        ...('errnoRet' in errno && { defaultErrnoRet: errno.errnoRet as number }),
        architectures,
        syscalls: rules.map((one) => ({ ...one, args: one.args.map((arg) => ({ ...arg })) })),
      }),
    );

/** Reads a profile that is sound; undefined for one in which two rules contradict, which no runtime takes. */
export const soundSource = (
  text: string,
  options: CompileOptions = defaultCompileOptions,
): SourceProfile | undefined =>
  prepareFile(new TextEncoder().encode(text), 'f.json', 'f.json', options).profiles[0]?.source;

/** Lists calls on every side of all conditions of some filters, for the sample names and a few others. */
export const callsBetween = (
  filters: readonly EffectiveFilter[],
  architectures: readonly SeccompArchitecture[],
): readonly Call[] =>
  architectures.flatMap((architecture) => {
    const parts = filters.flatMap((filter) => filter.parts.get(architecture) ?? []);
    const named = SAMPLE_NAMES.flatMap((name) => parts[0]?.syscalls.get(name)?.number ?? []);
    const numbers = new Set([...named, ...parts.flatMap(({ rules }) => [...rules.keys()]), 4, 500]);
    return [...numbers].flatMap((number) => {
      const conditions: readonly Condition[] = parts.flatMap(({ rules }) =>
        (rules.get(number) ?? []).flatMap((one) => one.conditions),
      );
      return tuplesFor(conditions).map((args) => ({ architecture, number, args }));
    });
  });
