// Random rules through a real libseccomp: the filter does what evaluation says wherever that is sure, and where it does
// not do what the file plainly says, somebody was warned.
import { join } from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { nativeOf } from '../../src/profile/architectures.ts';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { lintFile } from '../../src/profile/lint/lint.ts';
import type { Problem } from '../../src/profile/problem.ts';
import { isOnPath } from '../cluster/tools.ts';
import { oddProfiles } from '../support/odd-rules.ts';
import { type PlainProfile, writePlain } from '../support/plain-meaning.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { sampleRules } from '../support/rule-samples.ts';
import { caseFor, compareAll, loadAll, tell } from './filter-comparison.ts';
import { findPartings, type Surprise } from './odd-profile.ts';
import { prepareRuntimes, type RealRuntime, type RealRuntimes } from './real-runtimes.ts';
import { HERE } from './runc.ts';

const test = suiteThatNeeds('runtime/random-filter', ['linux', 'root', 'runc', 'cc', 'shared']);

let runtimes: RealRuntimes;
test.before(() => {
  runtimes = prepareRuntimes(join(process.env.SECCOMP_SHARED ?? '', 'oracle'));
});
test.after(() => runtimes?.remove());

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test('random rules come out of libseccomp as evaluation says, wherever it is sure', async () => {
  const cases = fc
    .sample(sampleRules, { numRuns: 12, seed: 4 })
    .map((text, at) =>
      caseFor(`random ${at}`, encode(text), runtimes.all[at % runtimes.all.length]!, 'containerd'),
    );
  assert.is(cases.filter((one) => one === undefined).length, 0);
  const loaded = await loadAll(cases.filter((one) => one !== undefined));
  const tally = compareAll(loaded);
  tell('runtime/random-filter: random rules', loaded.length, tally);
  assert.equal(tally.mismatches.slice(0, 20), []);
  assert.is(loaded.length, cases.length);
});

interface Judged {
  readonly kind: 'loaded' | 'refused' | 'error';
  readonly probes: number;
  readonly surprises: number;
  /** Where evaluation was sure and wrong. */
  readonly wrong: readonly string[];
  /** What nobody warned of. */
  readonly unwarned: readonly string[];
}

/** Says whether a problem stands in a rule on one of the system calls of a surprise, or is about all rules. */
const isAbout = ({ code, path }: Problem, { names }: Surprise, { rules }: PlainProfile): boolean => {
  if (code === 'SP318') return true;
  const at = /^\$\.syscalls\[(\d+)\]/.exec(path)?.[1];
  return at !== undefined && rules[Number(at)]!.names.some((name) => names.includes(name));
};

/** These say that libseccomp may refuse what they are about, or choose. */
const DOUBTS: readonly string[] = ['SP311', 'SP313'];

const judge = async (profile: PlainProfile, runtime: RealRuntime): Promise<Judged> => {
  const nothing = { probes: 0, surprises: 0, wrong: [], unwarned: [] };
  const text = writePlain(profile);
  const problems = problemsOf(text, runtime);
  const one = caseFor('odd', encode(text), runtime, 'containerd');
  // It could not even be read as a profile: nothing is promised of it.
  if (one === undefined) return { ...nothing, kind: 'error' };
  const { program, output } = await runtime.load(text);
  if (program === undefined) {
    const isWarned = problems.some(({ code, severity }) => DOUBTS.includes(code) || severity === 'error');
    return { ...nothing, kind: 'refused', unwarned: isWarned ? [] : [`refused: ${output}\n${text}`] };
  }
  const { probes, wrong, surprises } = findPartings(profile, one.filter, program);
  const unwarned = surprises.filter(
    (surprise) => !problems.some((problem) => isAbout(problem, surprise, profile)),
  );
  return {
    kind: 'loaded',
    probes,
    surprises: surprises.length,
    wrong: wrong.map((call) => `${call}\n${text}`),
    unwarned: unwarned.map((surprise) => `${surprise.text}\n${text}`),
  };
};

const problemsOf = (text: string, { kind, libseccomp }: RealRuntime): readonly Problem[] =>
  lintFile(encode(text), 'f', 'f', {
    facts: [
      { ...defaultCompileOptions, architecture: HERE, dialect: 'containerd', runtime: kind, libseccomp },
    ],
  }).problems;

const judgeAll = async (
  profiles: readonly PlainProfile[],
  runtime: RealRuntime,
): Promise<readonly Judged[]> => {
  const judged: Judged[] = [];
  for (const profile of profiles) judged.push(await judge(profile, runtime));
  const sum = (of: (one: Judged) => number): number => judged.reduce((all, one) => all + of(one), 0);
  const count = (kind: string): number => judged.filter((one) => one.kind === kind).length;
  const counted = `${sum(({ probes }) => probes)} probes, ${sum(({ surprises }) => surprises)} surprises`;
  const others = `${count('error')} with an error, ${count('refused')} refused`;
  process.stderr.write(
    `runtime/random-filter: odd profiles on ${runtime.name}: ${count('loaded')} filters, ${counted}; ${others}\n`,
  );
  return judged;
};

for (const [at, which, runs] of [
  [0, 'runc', 30],
  [2, 'crun', 300],
] as const) {
  const isThere = at < 2 || isOnPath('crun') || process.env.CI === 'true';
  const register = isThere ? test : test.skip;
  register(
    `what an odd profile does on ${which} is evaluated right, and where it is not what the file plainly says, the rule has a problem`,
    async () => {
      const runtime = runtimes.all[at]!;
      const profiles = fc
        .sample(oddProfiles, { numRuns: runs, seed: 1 })
        // runc itself would not come up under most other defaults.
        .map((one): PlainProfile => (which === 'runc' ? { ...one, fallback: { action: 'ALLOW' } } : one));
      const judged = await judgeAll(profiles, runtime);
      assert.equal(judged.flatMap(({ wrong }) => wrong.slice(0, 1)).slice(0, 5), []);
      assert.equal(judged.flatMap(({ unwarned }) => unwarned.slice(0, 1)).slice(0, 5), []);
      const loaded = judged.filter(({ kind }) => kind === 'loaded');
      assert.ok(loaded.length > runs * 0.7);
      // Otherwise the profiles are not odd.
      assert.ok(loaded.filter(({ surprises }) => surprises > 0).length > runs / 3);
    },
  );
}

test('rules are lost as evaluation says, behind a call that the architecture does not have', async () => {
  const rule = (name: string, args: string): string =>
    `{"names":["${name}"],"action":"SCMP_ACT_ERRNO","args":[${args}]}`;
  const condition = (index: number): string => `{"index":${index},"value":1,"op":"SCMP_CMP_EQ"}`;
  const other = HERE === 'amd64' ? 'SCMP_ARCH_X32' : 'SCMP_ARCH_ARM';
  // Neither x86_64 nor arm64 has socketcall.
  for (const [rules, isLost] of [
    [
      [rule('quotactl', condition(0)), rule('socketcall', '')],
      [true, true],
    ],
    [
      [rule('quotactl', condition(0)), rule('socketcall', ''), rule('acct', '')],
      [false, false],
    ],
    [
      [rule('quotactl', `${condition(0)},${condition(1)}`), rule('socketcall', condition(0))],
      [true, true],
    ],
    [
      [rule('quotactl', condition(0)), rule('socketcall', condition(1))],
      [false, false],
    ],
    // Of more than 32 rules runc has a tree made.
    [
      [...Array.from({ length: 32 }, (_, at) => rule('quotactl', condition(at % 6))), rule('socketcall', '')],
      [false, true],
    ],
  ] as const) {
    const text = `{"defaultAction":"SCMP_ACT_ALLOW","architectures":["${other}"],"syscalls":[${rules}]}`;
    const cases = runtimes.all.map((one) => caseFor(text, encode(text), one, 'containerd')!);
    const loaded = await loadAll(cases);
    assert.is(loaded.length, cases.length);
    for (const { filter, runtime } of loaded)
      assert.is(
        filter.parts.get(nativeOf(HERE))?.lost?.isSure === true,
        isLost[runtime.kind === 'runc' ? 0 : 1],
        text,
      );
    assert.equal(compareAll(loaded).mismatches.slice(0, 5), []);
  }
});

test.run();
