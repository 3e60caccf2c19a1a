// What stands in for the package that Ink measures with: the rule by which the screens lay out, whatever is painted.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { textWidth } from '../../../plugin/output/width.ts';
import stringWidth from '../../../plugin/release/string-width.ts';

const test = suite('plugin/release/string-width');

test('escape sequences have no columns, wide characters two, marks none', () => {
  for (const text of ['', 'plain', 'fleet › rollout …', 'ノード', 'é́-node', '│ 12 ▸'])
    assert.is(stringWidth(`\u001b[1;35m${text}\u001b[0m`), textWidth(text), text);
});

test.run();
