// Any file whatever is read, judged and checked without a crash, and in work that grows with its size: mutations of real
// profiles and files grown from the grammar for a while, and megabytes that are made to keep their reader busy.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import type { KnownFacts } from '../../../src/profile/facts.ts';
import { lintFile } from '../../../src/profile/lint/lint.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { grown, mutated } from '../../support/profile-mutations.ts';
import { assertSound } from './assert-sound.ts';

const test = suite('src/profile/fuzz');

const isCi = process.env.CI === 'true';
/** Long enough to find something new now and then; a shorter while finds what was just broken. */
const TIME_MS = isCi ? 60_000 : 5_000;

const FACTS: readonly (readonly KnownFacts[])[] = [
  [{ ...defaultCompileOptions, architecture: 'amd64', dialect: 'containerd' }],
  [{ ...defaultCompileOptions, architecture: 'arm64', dialect: 'docker', runtime: 'crun' }],
  [
    {
      ...defaultCompileOptions,
      architecture: 's390x',
      dialect: 'cri-o',
      runtime: 'runc',
      libseccomp: '2.5.4',
    },
  ],
];

const EXAMPLES = join(import.meta.dirname, '../../fixtures/profiles/example');
const CORPUS = process.env.SECCOMP_SHARED && join(process.env.SECCOMP_SHARED, 'corpus/profiles');

const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));

/** Judges a file both ways and returns how many problems it has. */
const judge = (content: Uint8Array, facts: readonly KnownFacts[]): number => {
  assertSound(content, prepareFile(content, 'f', 'f', defaultCompileOptions));
  const linted = lintFile(content, 'f', 'f', { facts });
  assertSound(content, linted);
  return linted.problems.length;
};

test('files that are nearly profiles never crash it', () => {
  // Smaller ones first: more of them fit into the time.
  const files = [...filesOf(EXAMPLES), ...(CORPUS ? filesOf(CORPUS) : [])].filter(
    ({ length }) => length < 20_000,
  );
  const facts = fc.constantFrom(...FACTS);
  const text = fc.oneof({ weight: 2, arbitrary: mutated(files) }, { weight: 1, arbitrary: grown });
  const counts = { files: 0, sound: 0 };
  fc.assert(
    fc.property(text, facts, (one, known) => {
      const content = new TextEncoder().encode(one);
      judge(content, known);
      counts.files += 1;
      if (prepareFile(content, 'f', 'f', defaultCompileOptions).profiles.length > 0) counts.sound += 1;
    }),
    { numRuns: Number.POSITIVE_INFINITY, interruptAfterTimeLimit: TIME_MS },
  );
  process.stderr.write(`src/profile/fuzz: ${counts.files} files, ${counts.sound} of them without an error\n`);
  // Otherwise all fail at the first bracket, and nothing behind that was tried.
  assert.ok(counts.files > 50 && counts.sound * 20 > counts.files);
});

const COUNTER = join(import.meta.dirname, '../../support/work-counter.ts');
/** Sixteen times the text; work that grows with its square would be 256 times as much. */
const SIZES = isCi ? ([62_500, 1_000_000] as const) : ([15_625, 250_000] as const);
const MOST_GROWTH = 40;
/** Blocks of code for each byte: a megabyte then takes a second or two. */
const MOST_WORK = 200;

test('files that are made to keep their reader busy take work in proportion to their size', () => {
  const output = execFileSync(process.execPath, ['--import', 'tsx', COUNTER, ...SIZES.map(String)], {
    encoding: 'utf8',
  });
  const rows = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; counts: [number, number] });
  assert.ok(rows.length > 30);
  // Something was counted at all.
  assert.ok(rows.filter(({ counts }) => counts[1] > 100_000).length > 20);
  const [small, large] = SIZES;
  const slow = rows.filter(
    ({ counts }) => counts[1] > counts[0] * MOST_GROWTH || counts[1] > MOST_WORK * large,
  );
  assert.equal(slow, [], `for ${small} and ${large} bytes`);
});

test.run();
