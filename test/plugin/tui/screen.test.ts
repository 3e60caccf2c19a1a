// What stands around the content of every screen.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frameOf } from '../../../plugin/tui/frame.ts';
import { lineText } from '../../../plugin/tui/line.ts';
import { act, press, SMALL } from '../../support/ui-samples.ts';
import { SCENES } from '../../support/ui-scenes.ts';

const test = suite('plugin/tui/screen');

test('why a node failed is shown whole while the cursor is on it', () => {
  const reason = {
    code: 'container' as const,
    message: `could not be started: ${'because of this '.repeat(9)}at the end`,
  };
  const state = act(SCENES.rollout(SMALL), {
    kind: 'run-news',
    id: 1,
    nowMs: 0,
    news: [{ kind: 'event', event: { kind: 'failed', node: 'node-07', reason } }],
  });
  const text = frameOf(press(state, 'g')).map((one) => lineText(one).trim());
  assert.match(text.join(' '), /container: could not be started: .* at the end kubectl seccomp/);
  assert.is(frameOf(press(state, 'G')).length, 24);
});

test.run();
