// Suggestions help only while they are right: a far word must not be offered.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { didYouMean, editDistance, nearest } from '../../../src/profile/suggest.ts';

const test = suite('src/profile/suggest');

test('a slip, a swap, a missing letter, case and separators find the word', () => {
  for (const word of [
    'defaultAtcion',
    'defaultaction',
    'default_action',
    'defaultActon',
    'DEFAULT-ACTION',
    'defautlActon',
  ]) {
    assert.is(nearest(word, ['syscalls', 'defaultAction']), 'defaultAction', word);
  }
});

test('another word finds nothing', () => {
  for (const word of ['', 'nimbus', 'comment', 'version', 'x'.repeat(100_000)])
    assert.is(nearest(word, ['name', 'syscalls']), undefined, word);
  assert.is(didYouMean('FOO', ['LOG', 'KILL']), '');
});

test('the nearer of two is offered', () => {
  assert.is(nearest('KILL_THREADS', ['KILL', 'KILL_THREAD', 'KILL_PROCESS']), 'KILL_THREAD');
});

test('distance counts insertions, deletions, substitutions and swaps', () => {
  assert.is(editDistance('', 'abc'), 3);
  assert.is(editDistance('abc', 'acb'), 1);
  assert.is(editDistance('kitten', 'sitting'), 3);
  assert.is(editDistance('same', 'same'), 0);
});

test.run();
