// Merged profiles on real runtimes: the filter that one really loads is read back, and says of every call what the inputs
// say together, or the merge has told that it does not.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { type Call, evaluate } from '../../src/profile/evaluate.ts';
import type { Facts } from '../../src/profile/facts.ts';
import type { Deviation } from '../../src/profile/merge/deviations.ts';
import { type MergeInput, mergeProfiles } from '../../src/profile/merge/merge-profiles.ts';
import { type MergeMode, mergeOutcomes } from '../../src/profile/merge/openness.ts';
import { sourceOfProfile } from '../../src/profile/merge/plain-source.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import { renderOci } from '../../src/profile/render-oci.ts';
import { resolve } from '../../src/profile/resolve.ts';
import { predictLoad } from '../../src/profile/start/predict-load.ts';
import { codeOf, parseProgram, runProgram } from '../support/bpf.ts';
import { probesOf } from '../support/probes.ts';
import { readDocument } from '../support/read-document.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { describeCall, type Tally, tell } from './filter-comparison.ts';
import { runAll } from './marked-containers.ts';
import { prepareRuntimes, type RealRuntime, type RealRuntimes } from './real-runtimes.ts';
import { HERE } from './runc.ts';

const test = suiteThatNeeds('runtime/merged-filter', ['linux', 'root', 'runc', 'cc', 'shared']);
const shared = process.env.SECCOMP_SHARED ?? '';

let runtimes: RealRuntimes;
test.before(() => {
  runtimes = prepareRuntimes(join(shared, 'oracle'));
});
test.after(() => runtimes?.remove());

const OPTIONS = { ...defaultCompileOptions, architectures: [HERE] };

/** Reads a folder's sound profiles, each file's first. */
const inputsOf = (folder: string): readonly MergeInput[] =>
  readdirSync(folder)
    .toSorted()
    .flatMap((file) => {
      const { profiles } = prepareFile(readFileSync(join(folder, file)), file, file, OPTIONS);
      return profiles.slice(0, 1).map(({ source }) => ({ label: file, source }));
    });

interface Trial {
  readonly title: string;
  readonly mode: MergeMode;
  readonly inputs: readonly MergeInput[];
  readonly runtime: RealRuntime;
}

const trialsOf = (pairs: readonly (readonly MergeInput[])[]): readonly Trial[] =>
  runtimes.all.flatMap((runtime) =>
    pairs.flatMap((inputs) =>
      (['union', 'intersection'] as const).map((mode) => {
        const title = `${mode} of ${inputs.map(({ label }) => label).join(' and ')} on ${runtime.name}`;
        return { title, mode, inputs, runtime };
      }),
    ),
  );

/** Whether the merge has told that it could not say it of this call. */
const isToldOf = (
  deviations: readonly Deviation[],
  { architecture, number }: Call,
  isStub: boolean,
): boolean =>
  deviations.some(
    (one) =>
      one.architecture === architecture &&
      (one.number === number || one.kind === 'lost' || (isStub && one.kind === 'stub')),
  );

/** Merged, public profiles often refuse what a runtime needs itself; of crun's filter it is known before it starts. */
const canLoad = (text: string, { name, kind, libseccomp }: RealRuntime): boolean => {
  const node = { reader: 'raw', architecture: HERE, noNewPrivileges: true, hasListener: false } as const;
  const [, version = ''] = name.split(' ');
  const question = { ...node, runtime: kind, version, libseccomp, isLoadOnly: kind === 'crun' };
  return predictLoad(readDocument(text), question).kind === 'accepted';
};

/** Loads the merged profile and compares; false where the runtime is not expected to start with it. */
const tryOut = async ({ title, mode, inputs, runtime }: Trial, tally: Tally & { told: number }) => {
  const { profile, deviations } = mergeProfiles(mode, inputs, OPTIONS);
  const text = new TextDecoder().decode(renderOci(profile));
  if (!canLoad(text, runtime)) return false;
  const { program: bytes, output } = await runtime.load(text);
  if (bytes === undefined) throw new Error(`${title}: ${output}`);
  const facts: Facts = {
    ...{ ...OPTIONS, architecture: HERE, dialect: 'docker' },
    ...{ runtime: runtime.kind, libseccomp: runtime.libseccomp },
  };
  const filters = inputs.map(({ source }) => resolve(source, facts));
  const merged = resolve(sourceOfProfile(profile), facts);
  const program = parseProgram(bytes);
  const probes = new Map(
    [...filters, merged].flatMap(probesOf).map((call) => [describeCall(call), call] as const),
  );
  for (const [described, call] of probes) {
    // A way of calling that only some inputs cover is decided, and told, as a whole.
    const { architecture } = call;
    if (filters.some(({ parts }) => parts.has(architecture) !== merged.parts.has(architecture))) continue;
    const verdicts = filters.map((filter) => evaluate(filter, call));
    const isSure = verdicts.every(({ certainty }) => certainty === 'exact');
    const expected = mergeOutcomes(
      mode,
      verdicts.map(({ outcome }) => outcome),
    );
    const real = runProgram(program, call);
    const isSame = real === codeOf(expected);
    if (!isSure) {
      tally.unsure += 1;
      tally.unsureMismatches += isSame ? 0 : 1;
      continue;
    }
    const isStub = [evaluate(merged, call), ...verdicts].some(({ by }) => by === 'stub');
    if (!isSame && isToldOf(deviations, call, isStub)) {
      tally.told += 1;
      continue;
    }
    tally.exact += 1;
    if (!isSame) tally.mismatches.push(`${title}: ${described}: ${expected.action}, 0x${real.toString(16)}`);
  }
  return true;
};

const tryAll = async (what: string, pairs: readonly (readonly MergeInput[])[]) => {
  const tally = { exact: 0, unsure: 0, unsureMismatches: 0, mismatches: [] as string[], told: 0 };
  const trials = trialsOf(pairs);
  const loaded = (await runAll(trials.map((trial) => () => tryOut(trial, tally)))).filter(Boolean).length;
  tell(`runtime/merged-filter: ${what}`, loaded, tally);
  assert.equal(tally.mismatches.slice(0, 20), []);
  assert.ok(loaded * 3 > trials.length, `${loaded} of ${trials.length}`);
  // What is told of must be rare, or nothing would be proven.
  assert.ok(
    tally.exact > 500 * loaded && tally.told * 20 < tally.exact,
    `${tally.exact}, ${tally.told} told`,
  );
};

const neighbours = (inputs: readonly MergeInput[]): readonly (readonly MergeInput[])[] =>
  inputs.slice(1).map((one, at) => [inputs[at]!, one]);

test('the examples, merged two by two, do what both say together', async () => {
  const inputs = inputsOf(join(import.meta.dirname, '../fixtures/profiles/example'));
  await tryAll('examples', [...neighbours(inputs), inputs]);
});

test('so do profiles of the corpus', async () => {
  const inputs = inputsOf(join(shared, 'corpus/profiles'));
  await tryAll('corpus', neighbours(inputs.filter((_, at) => at % 12 === 0)));
});

test.run();
