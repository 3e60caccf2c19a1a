// The table of what is tried again.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../plugin/cluster/api.ts';
import { ConnectionError } from '../../../plugin/cluster/transport-errors.ts';
import { planBackoff, planRetry } from '../../../plugin/cluster/transport-retry.ts';

const test = suite('plugin/cluster/transport-retry');

const place = { server: new URL('https://api.test'), source: 'context "x"' };
const connection = (isUnsent: boolean, isTransient: boolean) =>
  new ConnectionError(place, 'x', { isUnsent, isTransient });
const status = (code: number, retryAfterMs?: number) =>
  new ApiError(code, 'x', 'x', undefined, retryAfterMs === undefined ? {} : { retryAfterMs });

const isRetried = (error: unknown, { isIdempotent = false, answered = true, failures = 0 } = {}): boolean =>
  planRetry(error, failures, { isIdempotent, random: () => 0, hasAnswered: () => answered }) !== undefined;

test('what may have happened is only done again where twice is as good as once', () => {
  assert.not(isRetried(connection(false, true)));
  assert.ok(isRetried(connection(false, true), { isIdempotent: true }));
  assert.ok(isRetried(connection(true, true)));
});

test('what stays wrong is not tried again', () => {
  assert.not(isRetried(connection(true, false), { isIdempotent: true }));
  for (const code of [400, 401, 403, 404, 409, 410, 422])
    assert.not(isRetried(status(code), { isIdempotent: true }));
  assert.not(isRetried(new TypeError('a bug'), { isIdempotent: true }));
});

test('a server that never answered is not waited for', () => {
  assert.not(isRetried(connection(true, true), { isIdempotent: true, answered: false }));
});

test('what the server refuses unseen is sent again, a create too', () => {
  assert.ok(isRetried(status(429)));
  assert.ok(isRetried(status(503, 1_000)));
  assert.not(isRetried(status(503)));
  assert.not(isRetried(status(504, 1_000)));
  assert.ok(isRetried(status(504), { isIdempotent: true }));
});

test('it gives up in the end', () => {
  assert.not(isRetried(connection(true, true), { failures: 8 }));
  assert.not(isRetried(status(429), { failures: 8 }));
  assert.not(isRetried(status(500), { failures: 3, isIdempotent: true }));
});

test('a server cannot make us wait for more than a minute at a time', () => {
  assert.is(
    planRetry(status(429, 3_600_000), 0, { isIdempotent: true, random: () => 0, hasAnswered: () => true }),
    60_000,
  );
});

test('the wait doubles up to eight seconds, spread over its upper half', () => {
  assert.equal(
    [0, 1, 4, 5, 6, 60].map((failures) => planBackoff(failures, () => 0)),
    [125, 250, 2_000, 4_000, 4_000, 4_000],
  );
  assert.is(planBackoff(0, () => 0.999_999) < 250, true);
  assert.ok(planBackoff(9, () => 0.999_999) > 7_999);
});

test.run();
