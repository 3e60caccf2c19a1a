// Predictions against what six runtimes did with 60 odd profiles: what each refuses and why, what it starts with, and what
// the filter then does to the program.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { nativeOf } from '../../src/profile/architectures.ts';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { evaluate } from '../../src/profile/evaluate.ts';
import { type Outcome, resolve } from '../../src/profile/resolve.ts';
import { type LoadQuestion, type Prediction, predictLoad } from '../../src/profile/start/predict-load.ts';
import { syscallsOf } from '../../src/profile/syscalls.ts';
import { readDocument } from '../support/read-document.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { isTold } from './told.ts';

const test = suiteThatNeeds('runtime/battery', ['shared']);

interface Case {
  readonly name: string;
  readonly profile: string;
  readonly outcomes: Readonly<Record<string, string>>;
}

/** The six runtimes, each with the libseccomp of its distribution. */
const RUNTIMES: Readonly<Record<string, readonly [LoadQuestion['runtime'], string, string]>> = {
  'runc1.1.5': ['runc', '1.1.5', '2.5.4'],
  'runc1.1.15': ['runc', '1.1.15', '2.6.0'],
  'runc1.3.6': ['runc', '1.3.6', '2.6.1'],
  'crun1.8.1': ['crun', '1.8.1', '2.5.4'],
  'crun1.21': ['crun', '1.21', '2.6.0'],
  'crun1.28': ['crun', '1.28', '2.6.1'],
};

/** What is not predicted, and why. */
const DECLINED: Readonly<Record<string, string>> = {
  'arch SCMP_ARCH_LOONGARCH64 on runc1.1.15': 'Debian’s is patched to know it, upstream’s is not',
  'arch SCMP_ARCH_LOONGARCH64 on runc1.3.6': 'Debian’s is patched to know it, upstream’s is not',
};

const battery = (): readonly Case[] =>
  readFileSync(join(process.env.SECCOMP_SHARED ?? '', 'oracle/runtime-battery.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);

const questionFor = (name: string): LoadQuestion => {
  const [runtime, version, libseccomp] = RUNTIMES[name]!;
  const node = { reader: 'raw', architecture: 'amd64', noNewPrivileges: true, hasListener: false } as const;
  return { runtime, version, libseccomp, ...node };
};

const outcomeOf = (
  prediction: Prediction,
  { runtime, libseccomp = '' }: LoadQuestion,
  name: string,
  args: readonly bigint[],
): Outcome => {
  if (prediction.kind !== 'accepted') return { action: 'SCMP_ACT_ALLOW' };
  const node = { architecture: 'amd64', dialect: 'docker', runtime, libseccomp } as const;
  const filter = resolve(prediction.source, { ...defaultCompileOptions, ...node });
  const number = syscallsOf('SCMP_ARCH_X86_64', libseccomp).get(name)!.number!;
  return evaluate(filter, { architecture: nativeOf('amd64'), number, args }).outcome;
};

/** Nobody listens here, so that a call that is to be notified is refused too. */
const isRefused = (...of: Parameters<typeof outcomeOf>): boolean =>
  !['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'].includes(outcomeOf(...of).action);

/** What the battery's program, busybox' mkdir, sees of the filter: 0, 1 for a refusal, 159 where it is killed. */
const predictMkdir = (prediction: Prediction, question: LoadQuestion): number => {
  const { action, errno } = outcomeOf(prediction, question, 'mkdir', [0n, 0o777n]);
  if (action === 'SCMP_ACT_ERRNO') return errno === 0 ? 0 : 1;
  return action.startsWith('SCMP_ACT_KILL') || action === 'SCMP_ACT_TRAP' ? 159 : 0;
};

const judge = (prediction: Prediction, question: LoadQuestion, outcome: string): string | undefined => {
  if (prediction.kind === 'unknown') return undefined;
  const started = outcome.startsWith('rc=0');
  if (prediction.kind !== 'refused') {
    // A program that may not write says nothing, and fails for that.
    if (isRefused(prediction, question, 'write', [])) return outcome === 'rc=1' ? undefined : 'mute';
    const mkdir = /MKDIR=(\d+)/.exec(outcome)?.[1];
    return started && Number(mkdir) === predictMkdir(prediction, question) ? undefined : prediction.kind;
  }
  return !started && isTold(prediction.message, outcome) ? undefined : `refused: ${prediction.message}`;
};

test('every outcome is predicted, but for those declined with a reason', () => {
  const wrong: string[] = [];
  const declined: string[] = [];
  let count = 0;
  for (const { name, profile, outcomes } of battery()) {
    for (const [runtime, outcome] of Object.entries(outcomes)) {
      count += 1;
      const question = questionFor(runtime);
      const prediction = predictLoad(readDocument(profile), question);
      if (prediction.kind === 'unknown') declined.push(`${name} on ${runtime}`);
      const fault = judge(prediction, question, outcome);
      if (fault !== undefined) wrong.push(`${name} on ${runtime}: ${outcome}, not ${fault}`);
    }
  }
  assert.equal(wrong, []);
  assert.equal(declined, Object.keys(DECLINED));
  assert.is(count, 360);
});

test('a refusal stands where the file gives the reason', () => {
  for (const { name, profile } of battery()) {
    for (const runtime of Object.keys(RUNTIMES)) {
      const prediction = predictLoad(readDocument(profile), questionFor(runtime));
      if (prediction.kind !== 'refused') continue;
      assert.ok(prediction.at.offset < profile.length, name);
      assert.ok(prediction.at.offset > 0 || profile === '{}' || prediction.at.path === undefined, name);
    }
  }
});

test.run();
