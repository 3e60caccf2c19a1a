// Ages in tables are drawn in steps; they must not say more than is known.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { age, coarseAge, coarseTime } from '../../../plugin/tui/age.ts';

const test = suite('plugin/tui/age');
const START = Date.parse('2026-01-01T00:00:00Z');

test('an age in steps is never more than the true one, and less by no more than a step', () => {
  fc.assert(
    fc.property(fc.nat(10 * 60_000), fc.nat(10 * 60_000), (begun, passed) => {
      const since = new Date(START + begun).toISOString();
      const nowMs = START + begun + passed;
      const shown = coarseAge(since, coarseTime(nowMs));
      if (shown === '<1m') return assert.ok(passed < 60_000);
      assert.ok(passed >= 30_000);
      assert.is(shown, age(since, coarseTime(nowMs)));
      assert.ok(nowMs - coarseTime(nowMs) < 30_000);
    }),
  );
});

test('a time that is not there has no age', () => {
  assert.is(coarseAge(undefined, START), '');
});

test.run();
