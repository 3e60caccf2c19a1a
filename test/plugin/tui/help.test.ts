// The help of a screen.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frameOf } from '../../../plugin/tui/frame.ts';
import { lineText } from '../../../plugin/tui/line.ts';
import { press, sampleState } from '../../support/ui-samples.ts';

const test = suite('plugin/tui/help');

test('help that is longer than the terminal can be read to its end', () => {
  const state = press(sampleState('fleet', { size: { columns: 40, rows: 12 } }), '?');
  assert.not.match(frameOf(state).map(lineText).join(), /Come back here/);
  const end = press(state, '<end>');
  assert.match(frameOf(end).map(lineText).join(), /Come back here: kubectl seccomp ui fleet/);
  assert.is(press(end, 'x').isHelp, false);
  // Where all of it is in sight any key goes back.
  assert.is(press(sampleState(), '?', 'j').isHelp, false);
});

test('the help gives no address of what has none', () => {
  const text = frameOf(press(sampleState(), ':delete web', '<return>', '?'))
    .map(lineText)
    .join();
  assert.match(text, /Keys of preview/);
  assert.not.match(text, /Come back here/);
});

test.run();
