// Mixtures of conditions that libseccomp does not keep apart.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkExactness } from '../../../../src/profile/lint/check-exactness.ts';
import { allow, allowList, denyList, errno, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-exactness');

test('the measured case of a wrong filter is told at the rule that makes the mixture', () => {
  const profile = allowList(
    allow(['mkdir'], when(1, 'LE', 7), when(2, 'GE', 8)),
    allow(['mkdir'], when(1, 'GT', 2)),
  );
  const [told, ...more] = spellAll(tellOf(checkExactness, profile));
  assert.match(
    told!,
    /^SP313 warning \$\.syscalls\[1\]: mkdir: several rules whose conditions use LE, GE, GT/,
  );
  assert.equal(more, []);
});

test('equalities, a single rule, and single small conditions are exact', () => {
  for (const rules of [
    [errno(2, when(0, 'EQ', 1), when(1, 'MASKED_EQ', 3, 1)), errno(2, when(1, 'EQ', 5), when(0, 'EQ', 3))],
    [errno(2, when(0, 'GT', 1), when(1, 'NE', 3))],
    [errno(2, when(0, 'LT', 38)), errno(2, when(0, 'EQ', 39)), errno(2, when(0, 'GT', 40))],
  ])
    assert.equal(tellOf(checkExactness, denyList(...rules)), []);
});

test.run();
