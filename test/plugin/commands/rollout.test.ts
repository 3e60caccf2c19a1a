// What the verbs that change nodes share: the terminal's width as it is now, and an end before there was a plan.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { follow, show } from '../../../plugin/commands/rollout.ts';
import { textWidth } from '../../../plugin/output/width.ts';
import type { RolloutEvent } from '../../../src/rollout/events.ts';
import { initialState } from '../../../src/rollout/state.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/rollout');

test('interrupted before there was a plan: the bundle is named, and nothing is said to match or not', () => {
  const outside = fakeOutside();
  const options = {
    kind: 'ApplyResult',
    bundle: 'web',
    dryRun: 'none',
    isQuiet: false,
    isFolder: false,
  } as const;
  assert.is(show({ ...initialState, ending: 'interrupted' }, options, outside), 130);
  assert.is(outside.stdoutText(), 'web: nothing was done\n');
  const document = fakeOutside();
  show({ ...initialState, ending: 'interrupted' }, { ...options, output: 'json' }, document);
  assert.is(JSON.parse(document.stdoutText()).bundle, 'web');
});

test('the live line follows the width of a terminal that is made narrower', async () => {
  const outside = fakeOutside({ isTerminal: true });
  const events = async function* (): AsyncGenerator<RolloutEvent> {
    const nodes = [{ node: sampleNode('node-1'), action: 'run' }] as const;
    yield { kind: 'planned', operation: 'remove', bundle: 'a-long-name-of-a-bundle', revision: 1, nodes };
    Object.assign(outside.stderr, { columns: 26 });
    await outside.clock.sleep(1_000);
    yield { kind: 'launched', node: 'node-1' };
    yield { kind: 'finished', ending: 'complete' };
  };
  await follow(events(), false, outside);
  const [first = '', ...later] = outside
    .stderrText()
    .split('\r\u001b[2K')
    .filter((line) => line !== '');
  assert.match(first, 'a-long-name-of-a-bundle@v1: 0 of 1 node done');
  assert.ok(later.length > 0);
  for (const line of later) assert.ok(textWidth(line) < 26, line);
});

test.run();
