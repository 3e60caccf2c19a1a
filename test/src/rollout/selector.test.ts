import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import { matchesSelector, parseSelector } from '../../../src/rollout/selector.ts';

const test = suite('src/rollout/selector');
const labels = { pool: 'web', zone: 'a', 'example.org/tier': '', cores: '16' };
const matches = (text: string) => matchesSelector(parseSelector(text), labels);

test('matches what kubectl -l matches', () => {
  for (const text of [
    '',
    'pool=web',
    'pool == web',
    'pool=web,zone!=b',
    'absent!=x',
    'zone in (a, b)',
    'zone notin (b,c)',
    'absent notin (b)',
    'pool',
    '!spot',
    'example.org/tier=',
    'example.org/tier in (,x)',
    'cores>8',
    'cores < 17,pool',
  ])
    assert.ok(matches(text), text);
});

test('does not match what kubectl -l does not match', () => {
  for (const text of [
    'pool=db',
    'spot',
    '!pool',
    'zone in (b)',
    'zone notin (a)',
    'cores>16',
    'pool>1',
    'absent=',
    'pool=web,spot',
    'toString',
  ])
    assert.not.ok(matches(text), text);
});

test('refuses what is no selector and quotes it', () => {
  for (const text of [
    '=',
    'a b',
    'a in b',
    'a in (b',
    'a,',
    ',a',
    'a=b=c',
    '-a',
    'a>x',
    'a=b c',
    '!',
    'in (a)',
    'a=(b)',
    'x/y/z',
  ])
    try {
      parseSelector(text);
      assert.unreachable(text);
    } catch (thrown) {
      assert.instance(thrown, SeccompError, text);
      assert.ok((thrown as SeccompError).message.includes(`"${text}"`));
    }
});

test.run();
