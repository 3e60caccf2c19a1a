// The last line: the keys of a screen.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frameOf } from '../../../plugin/tui/frame.ts';
import { lineText } from '../../../plugin/tui/line.ts';
import { modelOf } from '../../../plugin/tui/screen.ts';
import { SCENES } from '../../support/ui-scenes.ts';

const test = suite('plugin/tui/last-line');

test('no key is cut in the last line, and those that there is no room for are in the help', () => {
  for (const columns of [40, 60, 80, 100])
    for (const [name, scene] of Object.entries(SCENES)) {
      const state = scene({ columns, rows: 24 });
      if (state.prompt !== undefined || state.isHelp) continue;
      const last = lineText(frameOf(state).at(-1)!);
      assert.match(last, /(?: {2}…)? +\? help$/, `${name}: ${last}`);
      const [shown = ''] = last.split(/ {2}… | {3,}/);
      const keys = modelOf(state).keys.map(({ key, what }) => `${key} ${what}`);
      const whole =
        shown.trim() === '' || shown.trim().startsWith('…') || keys.some((one) => shown.trim().endsWith(one));
      assert.ok(whole, `${name} at ${columns}: ${last}`);
    }
});

test.run();
