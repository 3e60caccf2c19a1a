// Lines of a screen's width.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COLUMNS, wrapText, wrapWords } from '../../../plugin/output/wrap.ts';

const test = suite('plugin/output/wrap');

test('what fits stays on one line', () => {
  assert.equal(wrapWords('a: ', ['b', 'c']), ['a: b c']);
  assert.equal(wrapWords('a: ', []), ['a:']);
});

test('lines are filled to the last column and go on below the first word, or where it is said', () => {
  const words = Array.from({ length: 30 }, () => 'x'.repeat(9));
  const lines = wrapWords('1234567890', words);
  assert.is(lines.length, 4);
  assert.is(lines[0]!.length, 10 + 89);
  assert.ok(lines.slice(1).every((line) => /^ {10}x/.test(line) && line.length <= COLUMNS));
  assert.match(wrapWords('1234567890', words, '  ')[1]!, /^ {2}x/);
});

test('a word that is too long stands alone and whole', () => {
  const long = 'x'.repeat(150);
  assert.equal(wrapText('  ', `a ${long} b`), ['  a', `  ${long}`, '  b']);
});

test.run();
