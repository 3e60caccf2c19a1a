// Command lines split and joined as a shell does, and what must be confirmed before it is run.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  confirmationOf,
  confirmedWords,
  isReading,
  joinWords,
  rehearsalOf,
  splitWords,
} from '../../../plugin/tui/words.ts';

const test = suite('plugin/tui/words');

test('any words that are joined are split into the same words', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (words) =>
      assert.equal(splitWords(joinWords(words)), words),
    ),
  );
});

test('quotes and backslashes keep blanks', () => {
  assert.equal(splitWords(`apply -f 'my files' --name "a \\" b" c\\ d`), [
    'apply',
    '-f',
    'my files',
    '--name',
    'a " b',
    'c d',
  ]);
  assert.equal(splitWords(`  ''  `), ['']);
  assert.throws(() => splitWords(`lint 'x`), /not closed/);
});

test('only verbs that change nothing count as reading, whatever is asked of them', () => {
  for (const line of ['status', 'lint x', 'explain x', 'usage -A', 'diff a b'])
    assert.ok(isReading(splitWords(line)), line);
  for (const line of [
    'apply -f x',
    'delete web',
    'verify',
    'lint x --fix',
    'lint --fix=true x',
    'uninstall',
    'bind web',
    'whatever',
  ])
    assert.not.ok(isReading(splitWords(line)), line);
});

test('what destroys something is confirmed by its name, or by the verb where it has none', () => {
  assert.is(confirmationOf(['delete', 'web']), 'web');
  assert.is(confirmationOf(['uninstall']), 'uninstall');
  assert.is(confirmationOf(['apply', '-f', 'x', '--force']), 'apply');
  assert.is(confirmationOf(['apply', '-f', 'x']), undefined);
});

test('a rehearsal never sends anything, whatever the words say of it', () => {
  assert.equal(rehearsalOf(['apply', '-f', 'x', '--dry-run=none']), ['apply', '-f', 'x', '--dry-run=server']);
  assert.is(rehearsalOf(['verify']), undefined);
});

test('who has typed the name is not asked again', () => {
  assert.equal(confirmedWords(['delete', 'web']), ['delete', 'web', '--yes']);
  assert.equal(confirmedWords(['apply', '-f', 'x']), ['apply', '-f', 'x']);
});

test.run();
