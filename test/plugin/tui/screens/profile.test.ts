// Profile: a source that is wider than the terminal.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frameOf } from '../../../../plugin/tui/frame.ts';
import { lineText } from '../../../../plugin/tui/line.ts';
import { act, press, sampleState } from '../../../support/ui-samples.ts';

const test = suite('plugin/tui/screens/profile');

test('a long line of a source is moved sideways, its number stays', () => {
  const source = `{"defaultAction":"SCMP_ACT_ALLOW","x":"${'a'.repeat(300)}END"}`;
  const opened = act(sampleState('bundle/web/web.json'), {
    kind: 'profile',
    name: 'web@v2/web.json',
    loaded: { value: source },
  });
  const lines = frameOf(press(opened, 'l'.repeat(99))).map(lineText);
  assert.match(lines[2]!, /^> 1 .*END"}/);
  assert.match(
    lineText(frameOf(press(opened, 'l'.repeat(99), 'h'.repeat(99)))[2]!),
    /^> 1 {2}\{"defaultAction"/,
  );
});

test.run();
