// Rules that libseccomp can't put together although no condition is spelt like another's.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import type { KnownFacts } from '../../../../src/profile/facts.ts';
import { checkLoad } from '../../../../src/profile/lint/check-load.ts';
import { prepareFile } from '../../../../src/profile/prepare.ts';
import { createReport } from '../../../../src/profile/report.ts';
import { readDocument } from '../../../support/read-document.ts';

const test = suite('src/profile/lint/check-load');

const FACTS: KnownFacts = { ...defaultCompileOptions, architecture: 'amd64', dialect: 'containerd' };

type Spelt = readonly [index: number, op: string, value: number];

const rule = (errnoRet: number, ...args: readonly Spelt[]): object => ({
  names: ['mkdir'],
  action: 'SCMP_ACT_ERRNO',
  errnoRet,
  args: args.map(([index, op, value]) => ({ index, op: `SCMP_CMP_${op}`, value })),
});

/** Returns `severity path` of each problem. */
const check = (...syscalls: readonly object[]): readonly string[] => {
  const text = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls });
  const { profiles } = prepareFile(new TextEncoder().encode(text), 'f', 'f', defaultCompileOptions);
  const report = createReport('f', text);
  checkLoad({ source: profiles[0]!.source, node: readDocument(text), facts: [FACTS] }, report);
  return report.problems().map(({ severity, path }) => `${severity} ${path}`);
};

test('a test that differs from the beginning of an earlier rule only in being strict is refused', () => {
  assert.equal(check(rule(2, [0, 'GE', 5], [2, 'EQ', 1]), rule(3, [0, 'GT', 5])), ['error $.syscalls[1]']);
  assert.equal(check(rule(2, [0, 'LE', 5], [2, 'EQ', 1]), rule(3, [0, 'LT', 5])), ['error $.syscalls[1]']);
});

test('with the same answer, another value above 2^32 or the shorter rule first nothing is wrong', () => {
  assert.equal(check(rule(2, [0, 'GE', 5], [2, 'EQ', 1]), rule(2, [0, 'GT', 5])), []);
  assert.equal(check(rule(2, [0, 'GE', 2 ** 40], [2, 'EQ', 1]), rule(3, [0, 'GT', 5])), []);
  assert.equal(check(rule(3, [0, 'GT', 5]), rule(2, [0, 'GE', 5], [2, 'EQ', 1])), []);
});

test('two rules that go on from one test other than equality are a warning, whatever they answer', () => {
  for (const errno of [2, 3]) {
    const problems = check(rule(2, [0, 'GT', 5], [2, 'GT', 1]), rule(errno, [0, 'GT', 5], [2, 'EQ', 1]));
    assert.equal(problems, ['warning $.syscalls[1]']);
  }
  assert.equal(check(rule(2, [0, 'EQ', 5], [2, 'GT', 1]), rule(3, [0, 'EQ', 5], [2, 'EQ', 1])), []);
});

test.run();
