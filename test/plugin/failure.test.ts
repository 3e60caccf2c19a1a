// What was thrown decides what is shown and how the program exits.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeFailure } from '../../plugin/failure.ts';
import { SeccompError } from '../../src/error.ts';

const test = suite('plugin/failure');

test('an expected error is one line and its hint, and exits 1', () => {
  const failure = describeFailure(new SeccompError('file', 'cannot read "a"', { hint: 'Try b.' }), '1.2.3');
  assert.equal(failure, { text: 'error: cannot read "a"\nTry b.\n', exitCode: 1 });
});

test('a usage error exits 2 and an interruption 130', () => {
  assert.is(describeFailure(new SeccompError('usage', 'x'), '1').exitCode, 2);
  assert.is(describeFailure(new SeccompError('interrupted', 'x'), '1').exitCode, 130);
});

test('anything else is a bug: version, how to report it, and the stack with its causes', () => {
  const { text, exitCode } = describeFailure(
    new TypeError('x is not y', { cause: new Error('deep') }),
    '1.2.3',
  );
  assert.is(exitCode, 1);
  for (const part of [
    'internal error: x is not y',
    'v1.2.3',
    'report',
    'failure.test.ts',
    'caused by: Error: deep',
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test('what is thrown without being an Error is shown too', () => {
  assert.match(describeFailure('oops', '1').text, 'oops');
});

test.run();
