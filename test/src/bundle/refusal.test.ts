// Quoting in messages: short, flat, and never a way to exhaust the program.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { quote, refusal } from '../../../src/bundle/refusal.ts';
import { SeccompError } from '../../../src/error.ts';

const test = suite('src/bundle/refusal');

test('a refusal is an expected error of code bundle, with its hint and cause', () => {
  const cause = new Error('inner');
  const error = refusal('no', 'try again', cause);
  assert.instance(error, SeccompError);
  assert.equal([error.code, error.message, error.hint, error.cause], ['bundle', 'no', 'try again', cause]);
  assert.is(refusal('no').hint, undefined);
});

test('text is quoted with control characters escaped, and cut short', () => {
  assert.is(quote('a"\u001b\n'), '"a\\"\\u001b\\n"');
  assert.is(quote('x'.repeat(5000)), `"${'x'.repeat(80)}…"`);
});

test('other values are named, never walked', () => {
  let deep: unknown = [];
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  assert.equal([deep, {}, null, undefined, 1.5, true].map(quote), [
    'a list',
    'an object',
    'null',
    'nothing',
    '1.5',
    'true',
  ]);
});

test.run();
