// Predictions for profiles that nobody has seen before, held against every runtime of this machine on the spot.
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { nativeOf } from '../../src/profile/architectures.ts';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { evaluate } from '../../src/profile/evaluate.ts';
import { resolve } from '../../src/profile/resolve.ts';
import { type Prediction, predictLoad } from '../../src/profile/start/predict-load.ts';
import { syscallsOf } from '../../src/profile/syscalls.ts';
import { readDocument } from '../support/read-document.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import {
  findRuntimes,
  type LocalRuntime,
  type MarkedContainers,
  prepareMarked,
  runAll,
} from './marked-containers.ts';
import type { MarkedOutcome } from './marked-program.ts';
import { sampleOddText } from './odd-texts.ts';
import { HERE } from './runc.ts';
import { isTold } from './told.ts';

const test = suiteThatNeeds('runtime/generated-odd', ['linux', 'root', 'runc', 'cc']);

let containers: MarkedContainers;
let runtimes: readonly LocalRuntime[];
test.before(() => {
  containers = prepareMarked();
  runtimes = findRuntimes();
});
test.after(() => containers?.remove());

const PROFILES = 400;
const SEED = 19;

interface Trial {
  readonly text: string;
  readonly runtime: LocalRuntime;
  readonly noNewPrivileges: boolean;
  readonly prediction: Prediction;
}

const trialsOf = (text: string, at: number): readonly Trial[] =>
  runtimes.map((runtime) => {
    const noNewPrivileges = at % 2 === 0;
    const { name, version, libseccomp } = runtime;
    const node = { reader: 'raw', architecture: HERE, hasListener: false, noNewPrivileges } as const;
    const prediction = predictLoad(readDocument(text), { ...node, runtime: name, version, libseccomp });
    return { text, runtime, noNewPrivileges, prediction };
  });

/** What the program should have found, or that a signal ends it; undefined where it is not sure. */
const predictMarker = (prediction: Prediction, runtime: LocalRuntime): number | 'killed' | undefined => {
  if (prediction.kind !== 'accepted') return 0;
  const { name, libseccomp } = runtime;
  const node = { architecture: HERE, dialect: 'docker', runtime: name, libseccomp } as const;
  const filter = resolve(prediction.source, { ...defaultCompileOptions, ...node });
  const native = nativeOf(HERE);
  const number = syscallsOf(native, libseccomp).get('mkdirat')!.number!;
  const args = [2n ** 64n - 100n, 0n, 0o755n];
  const { outcome, certainty } = evaluate(filter, { architecture: native, number, args });
  if (certainty !== 'exact') return undefined;
  if (outcome.action.startsWith('SCMP_ACT_KILL') || outcome.action === 'SCMP_ACT_TRAP') return 'killed';
  if (outcome.action === 'SCMP_ACT_ERRNO') return outcome.errno! & 0x3f;
  // Nobody traces, and nobody listens: both are ENOSYS.
  return outcome.action === 'SCMP_ACT_TRACE' || outcome.action === 'SCMP_ACT_NOTIFY' ? 38 : 0;
};

/** Says what is wrong with a prediction; undefined where it is right. */
const judge = (
  { prediction, runtime }: Trial,
  { code, output, marker }: MarkedOutcome,
): string | undefined => {
  if (prediction.kind === 'unknown') return undefined;
  if (prediction.kind === 'refused') {
    if (marker !== undefined) return `refused, but it started: ${prediction.message}`;
    return isTold(prediction.message, output) ? undefined : `another reason: ${prediction.message}`;
  }
  const wanted = predictMarker(prediction, runtime);
  if (wanted === 'killed') return code === 159 ? undefined : 'the program was not killed';
  if (wanted === undefined && code === 159) return undefined;
  if (marker === undefined) return `${prediction.kind}, but no program ran to its end`;
  return wanted === undefined || marker === wanted ? undefined : `wanted the marker ${wanted}`;
};

test(`no prediction for ${PROFILES} odd profiles is wrong on any runtime here`, async () => {
  const texts = [...new Set(fc.sample(sampleOddText, { numRuns: PROFILES, seed: SEED }))];
  const trials = texts.flatMap(trialsOf);
  const outcomes = await runAll(
    trials.map(
      ({ text, runtime, noNewPrivileges }) =>
        () =>
          containers.start(runtime, text, noNewPrivileges),
    ),
  );
  const wrong = trials.flatMap((trial, at) => {
    const outcome = outcomes[at]!;
    const fault = judge(trial, outcome);
    if (fault === undefined) return [];
    const { runtime, noNewPrivileges, text } = trial;
    const who = `${runtime.name} ${runtime.version}${noNewPrivileges ? '' : ' with new privileges'}`;
    return [
      `${who}: ${fault}; ${outcome.code} ${outcome.marker ?? '-'} ${outcome.output.slice(0, 300)}: ${text}`,
    ];
  });
  const count = (kind: Prediction['kind']): number =>
    trials.filter(({ prediction }) => prediction.kind === kind).length;
  const reasons = new Set(
    trials.flatMap(({ prediction }) => (prediction.kind === 'unknown' ? [prediction.reason] : [])),
  );
  const counted = (['refused', 'accepted', 'no-filter', 'unknown'] as const).map(
    (kind) => `${count(kind)} ${kind}`,
  );
  process.stderr.write(`runtime/generated-odd: ${texts.length} profiles: ${counted.join(', ')}\n`);
  for (const reason of reasons) process.stderr.write(`runtime/generated-odd: unknown: ${reason}\n`);
  assert.equal(wrong.slice(0, 20), []);
  // So that a predictor that says nothing, or a machine on which nothing starts, is noticed.
  assert.ok(count('refused') > 200 && count('accepted') > 200, counted.join(', '));
  assert.ok(count('unknown') * 50 < trials.length, [...reasons].join('\n'));
});

test.run();
