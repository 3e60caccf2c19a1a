// Patterns of paths.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { matchesPath } from '../../../../src/profile/policy/policy.ts';

const test = suite('src/profile/policy/policy');

for (const [pattern, fitting, others] of [
  ['*.json', ['a.json', '.json'], ['a/b.json', 'a.yaml', 'a.json.x']],
  ['web/*', ['web/a.json'], ['web/a/b.json', 'web', 'x/web/a']],
  ['web/**', ['web/a.json', 'web/a/b.json'], ['webs/a', 'web']],
  ['**/a.json', ['a.json', 'x/a.json', 'x/y/a.json'], ['ba.json', 'x/a_json']],
  ['edge/**/x?.json', ['edge/x1.json', 'edge/a/b/xy.json'], ['edge/x.json', 'edge/x/.json']],
  ['a+(b).json', ['a+(b).json'], ['aab.json']],
] as const) {
  test(`${pattern}`, () => {
    for (const path of fitting) assert.ok(matchesPath(pattern, path), path);
    for (const path of others) assert.not(matchesPath(pattern, path), path);
  });
}

test('a pattern of many stars takes no longer than others', () => {
  assert.not(matchesPath(`${'**/'.repeat(60)}x`, `${'a/'.repeat(99)}b`));
});

test.run();
