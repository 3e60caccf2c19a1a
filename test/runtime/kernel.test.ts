// The kernel itself decides as evaluation says, and as the interpreter that stands for it in other suites: the very
// filters that runtimes made are loaded, and every probe that an x86_64 machine can make is made.
import { join } from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type Call, evaluate } from '../../src/profile/evaluate.ts';
import type { EffectiveFilter, Outcome } from '../../src/profile/resolve.ts';
import { outcomeOfCode, parseProgram, runProgram } from '../support/bpf.ts';
import { probesOf } from '../support/probes.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { sampleRules } from '../support/rule-samples.ts';
import { caseFor, casesOf, describeCall, type LoadedCase, loadAll } from './filter-comparison.ts';
import { prepareRuntimes, type RealRuntimes } from './real-runtimes.ts';
import { HERE } from './runc.ts';

const test = suiteThatNeeds('runtime/kernel', ['linux', 'root', 'runc', 'cc', 'shared']);
const shared = process.env.SECCOMP_SHARED ?? '';
const corpus = join(shared, 'corpus/profiles');

let runtimes: RealRuntimes;
test.before(() => {
  runtimes = prepareRuntimes(join(shared, 'oracle'));
});
test.after(() => runtimes?.remove());

// The oracle is a program for x86_64.
const onAmd64 = HERE === 'amd64' ? test : test.skip;

/** What the oracle takes at once. */
const MOST_PROBES = 200_000;
const MOST_INSTRUCTIONS = 8192;

/**
 * The oracle makes calls in two ways only, and of i386 but five arguments; uretprobe and uprobe never reach a filter; -1
 * is no call.
 */
const isAskable = ({ parts }: EffectiveFilter, { architecture, number, args }: Call): boolean => {
  if (number >= 0x7fff_ffff) return false;
  if (architecture === 'SCMP_ARCH_X86_64' || architecture === 'SCMP_ARCH_X32')
    return number !== 335 && number !== 336;
  const rules = parts.get(architecture)?.rules.get(number) ?? [];
  return (
    architecture === 'SCMP_ARCH_X86' &&
    args.every((value) => value < 2n ** 32n) &&
    rules.every(({ conditions }) => conditions.every(({ index }) => index < 5))
  );
};

/** The kernel tells neither the kinds of killing apart nor what lets a call through; 4001 is the oracle's own errno. */
const asTheKernelSays = ({ action, errno }: Outcome): string => {
  if (action === 'SCMP_ACT_ERRNO' && errno !== 4001) return `ERRNO ${errno}`;
  if (action === 'SCMP_ACT_KILL_THREAD' || action === 'SCMP_ACT_KILL_PROCESS') return 'KILL';
  return action === 'SCMP_ACT_TRAP' ? 'TRAP 0' : 'PERMIT';
};

/** Returns how many probes were made, and those on which the kernel differs. */
const askAbout = ({ name, filter, program: bytes }: LoadedCase): { count: number; wrong: string[] } => {
  const program = parseProgram(bytes);
  assert.ok(program.length <= MOST_INSTRUCTIONS);
  const probes = probesOf(filter).filter((call) => isAskable(filter, call));
  assert.ok(probes.length <= MOST_PROBES);
  const lines = probes.map(({ architecture, number, args }) =>
    [architecture === 'SCMP_ARCH_X86' ? 32 : 64, number, ...args].join(' '),
  );
  const answers = runtimes.ask(bytes, lines);
  assert.is(answers.length, probes.length);
  const wrong = probes.flatMap((call, at) => {
    const interpreted = asTheKernelSays(outcomeOfCode(runProgram(program, call)));
    const { outcome, certainty } = evaluate(filter, call);
    const wanted = certainty === 'exact' ? asTheKernelSays(outcome) : interpreted;
    return answers[at] === wanted && answers[at] === interpreted
      ? []
      : [`${name}: ${describeCall(call)}: ${answers[at]}, interpreted ${interpreted}, evaluated ${wanted}`];
  });
  return { count: probes.length, wrong };
};

const askAboutAll = (what: string, loaded: readonly LoadedCase[]): number => {
  const results = loaded.map(askAbout);
  const count = results.reduce((sum, one) => sum + one.count, 0);
  const wrong = results.flatMap((one) => one.wrong);
  process.stderr.write(
    `runtime/kernel: ${what}: ${loaded.length} filters, ${count} probes, ${wrong.length} mismatches\n`,
  );
  assert.equal(wrong.slice(0, 20), []);
  return count;
};

onAmd64(
  'the kernel decides by every filter of the corpus as evaluation and the interpreter say',
  async () => {
    for (const runtime of runtimes.all) {
      const cases = casesOf(corpus, runtime);
      // crun makes a filter of what could not start, too, and in a fraction of the time.
      const chosen =
        runtime.kind === 'crun' ? cases : cases.filter(({ name }) => /__default\.json/.test(name));
      const count = askAboutAll(`corpus on ${runtime.name}`, await loadAll(chosen));
      assert.ok(count >= 5_000);
    }
  },
);

onAmd64('the kernel decides by filters of random rules as evaluation and the interpreter say', async () => {
  const runtime = runtimes.all.at(-1)!;
  const texts = fc.sample(sampleRules, { numRuns: 6, seed: 5 });
  const cases = texts.map(
    (text, at) => caseFor(`random ${at}`, new TextEncoder().encode(text), runtime, 'containerd')!,
  );
  const loaded = await loadAll(cases);
  assert.is(loaded.length, texts.length);
  const count = askAboutAll(`random rules on ${runtime.name}`, loaded);
  assert.ok(count >= 20_000);
});

test.run();
