// Durations as Go reads and kubectl shows them.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDuration, renderDuration } from '../../../plugin/output/duration.ts';

const test = suite('plugin/output/duration');

for (const [text, ms] of [
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['250ms', 250],
  ['45', 45_000],
] as const) {
  test(`${text} is ${ms} ms`, () => {
    assert.is(parseDuration(text, '--timeout'), ms);
  });
}

for (const text of ['', '-5s', '5 s', '5d', 's', '5s!']) {
  test(`"${text}" is refused, naming the flag`, () => {
    assert.throws(() => parseDuration(text, '--timeout'), /--timeout/);
  });
}

test('ages are shortened as kubectl shortens them', () => {
  const shown = [0, 119_000, 120_000, 200_000, 3_600_000, 5 * 3_600_000, 50 * 3_600_000].map(renderDuration);
  assert.equal(shown, ['0s', '119s', '2m', '3m20s', '60m', '5h', '2d']);
});

test.run();
