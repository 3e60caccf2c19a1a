// Random profiles merged: of every call the result says what its inputs say together, or it is told that it does not.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import { evaluate, type Verdict } from '../../../../src/profile/evaluate.ts';
import type { Facts } from '../../../../src/profile/facts.ts';
import { callableOn } from '../../../../src/profile/merge/callable.ts';
import type { DeviationKind } from '../../../../src/profile/merge/deviations.ts';
import { mergeProfiles } from '../../../../src/profile/merge/merge-profiles.ts';
import { type MergeMode, mergeOutcomes } from '../../../../src/profile/merge/openness.ts';
import { sourceOfProfile } from '../../../../src/profile/merge/plain-source.ts';
import type { SourceProfile } from '../../../../src/profile/oci.ts';
import { isSame, resolve } from '../../../../src/profile/resolve.ts';
import { LIBSECCOMP_VERSIONS } from '../../../../src/profile/syscalls.ts';
import { callsBetween, sampleProfile, soundSource } from '../../../support/profile-samples.ts';

const test = suite('src/profile/merge/merge-random');

const MODES: readonly MergeMode[] = ['union', 'intersection'];
const named = (sources: readonly SourceProfile[]) =>
  sources.map((source, at) => ({ label: `${at}.json`, source }));

const KNOWN = (facts: Facts['architecture'], runtime: Facts['runtime']): Facts => ({
  ...defaultCompileOptions,
  architecture: facts,
  runtime,
  libseccomp: LIBSECCOMP_VERSIONS.at(-1)!,
  dialect: 'docker',
});

interface Found {
  readonly kind: DeviationKind;
  readonly number: number;
}

/** Compares by means of its own, over edges instead of regions. */
const differences = (
  mode: MergeMode,
  inputs: readonly SourceProfile[],
  result: SourceProfile,
): readonly Found[] => {
  const found: Found[] = [];
  for (const architecture of ['amd64', 'arm64'] as const) {
    for (const runtime of ['runc', 'crun'] as const) {
      const filters = [...inputs, result].map((one) => resolve(one, KNOWN(architecture, runtime)));
      const covered = callableOn(architecture).filter(
        (one) =>
          filters.every(({ parts }) => parts.has(one)) &&
          filters.slice(0, -1).every(({ parts }) => parts.get(one)!.lost === undefined),
      );
      for (const call of callsBetween(filters, covered)) {
        const verdicts = filters.map((filter) => evaluate(filter, call));
        const kind = differenceOf(mode, verdicts.slice(0, -1), verdicts.at(-1)!);
        const isLost = filters.at(-1)!.parts.get(call.architecture)!.lost !== undefined;
        if (kind !== undefined) found.push({ kind: isLost ? 'lost' : kind, number: call.number });
      }
    }
  }
  return found;
};

const passes = ({ outcome: { action } }: Pick<Verdict, 'outcome'>): number =>
  /ALLOW|LOG/.test(action) ? 2 : /TRACE|NOTIFY/.test(action) ? 1 : 0;

const differenceOf = (
  mode: MergeMode,
  inputs: readonly Verdict[],
  result: Verdict,
): DeviationKind | undefined => {
  if (inputs.some(({ certainty }) => certainty !== 'exact')) return undefined;
  if (result.certainty !== 'exact') return 'undecided';
  const outcome = mergeOutcomes(
    mode,
    inputs.map((one) => one.outcome),
  );
  if (isSame(outcome, result.outcome)) return undefined;
  if ([...inputs, result].some(({ by }) => by === 'stub')) return 'stub';
  const step = passes(result) - passes({ outcome });
  if (step === 0) return 'other';
  return step > 0 ? 'wider' : 'narrower';
};

const pairs = (width: 'short' | 'long') =>
  fc.tuple(fc.constantFrom(...MODES), fc.array(sampleProfile(width), { minLength: 2, maxLength: 3 }));

const check = (width: 'short' | 'long') => {
  const counts = { compared: 0, exact: 0 };
  fc.assert(
    fc.property(pairs(width), ([mode, texts]) => {
      const inputs = texts.flatMap((one) => soundSource(one) ?? []);
      fc.pre(inputs.length === texts.length);
      const { profile, deviations } = mergeProfiles(mode, named(inputs), defaultCompileOptions);
      const told = new Set(deviations.map(({ kind }) => kind));
      for (const { kind, number } of differences(mode, inputs, sourceOfProfile(profile)))
        assert.ok(told.has(kind), `${kind} of ${number} is not told`);
      // Where no rules can say it, the promise is kept on the side that was promised.
      const broken = mode === 'union' ? 'narrower' : 'wider';
      // socketcall's own arguments are other ones than those of its parts.
      const isBroken = deviations.some(({ kind, name }) => kind === broken && name !== 'socketcall');
      if (width === 'short') assert.not(isBroken);
      counts.compared += 1;
      if (!told.has('wider') && !told.has('narrower') && !told.has('other')) counts.exact += 1;
    }),
    { numRuns: 150, includeErrorInReport: true },
  );
  return counts;
};

test('of every call the result says what the inputs say together, or tells that it does not', () => {
  const { compared, exact } = check('short');
  assert.ok(compared > 75 && exact > compared * 0.85, `${exact} of ${compared} exact`);
});

test('so also of values that 32-bit architectures cut', () => {
  const { compared, exact } = check('long');
  assert.ok(compared > 75 && exact > compared * 0.7, `${exact} of ${compared} exact`);
});

test('merging is idempotent, and the order of the inputs does not matter', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MODES), sampleProfile(), sampleProfile(), (mode, one, other) => {
      const [a, b] = [soundSource(one), soundSource(other)];
      fc.pre(a !== undefined && b !== undefined);
      const merge = (...sources: SourceProfile[]): SourceProfile => {
        const { profile, deviations } = mergeProfiles(mode, named(sources), defaultCompileOptions);
        fc.pre(!deviations.some(({ kind }) => kind === 'wider' || kind === 'narrower' || kind === 'other'));
        return sourceOfProfile(profile);
      };
      const outcomes = (first: SourceProfile, second: SourceProfile): readonly string[] =>
        differences('union', [first], second).flatMap(({ kind, number }) =>
          kind === 'stub' || kind === 'undecided' || kind === 'lost' ? [] : [`${kind} ${number}`],
        );
      assert.equal(outcomes(merge(a!, b!), merge(b!, a!)), []);
      const once = merge(a!, a!);
      assert.equal(outcomes(a!, once), []);
      assert.equal(outcomes(once, merge(once, once, once)), []);
    }),
    { numRuns: 100, includeErrorInReport: true },
  );
});

test.run();
