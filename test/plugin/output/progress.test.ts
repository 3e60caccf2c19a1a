// Progress: a live line on a terminal, few lines elsewhere, none when quiet; never a step behind the events.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { followRollout, type ProgressView, renderLiveLine } from '../../../plugin/output/progress.ts';
import { textWidth } from '../../../plugin/output/width.ts';
import { Channel } from '../../../src/rollout/channel.ts';
import type { RolloutEvent } from '../../../src/rollout/events.ts';
import { initialState, reduce } from '../../../src/rollout/state.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { sampleNode } from '../../support/fake-cluster.ts';

const test = suite('plugin/output/progress');

const planned = (count: number): RolloutEvent => ({
  kind: 'planned',
  operation: 'install',
  bundle: 'web',
  digest: 'a'.repeat(64),
  revision: 3,
  nodes: Array.from({ length: count }, (_, index) => ({ node: sampleNode(`n${index}`), action: 'run' })),
});

const start = (mode: ProgressView['mode'], columns = 80) => {
  const clock = new FakeClock({ isAutomatic: false });
  const events = new Channel<RolloutEvent>();
  const interruption = new AbortController();
  let written = '';
  const view: ProgressView = {
    mode,
    columns,
    paint: (_color, text) => text,
    write: (text) => {
      written += text;
    },
  };
  const ended = followRollout(events, view, clock, interruption.signal);
  return {
    clock,
    interruption,
    ended,
    text: () => written,
    tell: async (...given: RolloutEvent[]) => {
      for (const event of given) events.push(event);
      await settle();
    },
    finish: async () => {
      events.push({ kind: 'finished', ending: 'complete' });
      events.close();
      return await ended;
    },
  };
};

const waiting = (node: string, code: 'image-pull' | 'unschedulable' = 'image-pull'): RolloutEvent => ({
  kind: 'waiting',
  node,
  reason: { code, message: 'pulling\u001b[2J' },
});

test('a terminal sees something at least every second', async () => {
  const { clock, tell, text, finish } = start('live');
  await tell(planned(2));
  for (let second = 0; second < 5; second += 1) {
    const before = text().length;
    await clock.advance(1_000);
    assert.ok(text().length > before, `second ${second}`);
  }
  assert.match(text(), 'web@v3 (web@aaaaaaaaaaaaaaaa): 0 of 2 nodes done 5s');
  await finish();
  assert.ok(text().endsWith('\r\u001b[2K'), 'the line is cleared');
});

test('a live line is drawn at most ten times a second', async () => {
  const { tell, text, finish } = start('live');
  await tell(
    planned(50),
    ...Array.from({ length: 50 }, (_, index): RolloutEvent => ({ kind: 'launched', node: `n${index}` })),
  );
  assert.is(text().split('\r').length - 1, 1);
  await finish();
});

test('plain lines stay few with thousands of events', async () => {
  const { tell, text, finish } = start('plain');
  await tell(planned(1_000));
  await tell(...Array.from({ length: 1_000 }, (_, index) => waiting(`n${index}`)));
  await tell(waiting('n1', 'unschedulable'));
  assert.equal(text().split('\n'), [
    'web@v3 (web@aaaaaaaaaaaaaaaa): 0 of 1,000 nodes done, 0s',
    'waiting: n0: image-pull: pulling^[[2J',
    'waiting: n1: unschedulable: pulling^[[2J',
    '',
  ]);
  await finish();
});

test('plain lines tell of news every ten seconds, and of no news not at all', async () => {
  const { clock, tell, text, finish } = start('plain');
  await tell(planned(2));
  await clock.advance(30_000);
  assert.is(text().split('\n').length, 2);
  await tell({ kind: 'launched', node: 'n0' });
  await clock.advance(1_000);
  assert.match(text(), '0 of 2 nodes done, 1 running, 30s\n');
  await finish();
});

test('an inspection of everything has a title too', async () => {
  const { tell, text, finish } = start('plain');
  await tell({ kind: 'planned', operation: 'inspect', nodes: [{ node: sampleNode('a'), action: 'run' }] });
  assert.is(text(), 'all bundles: 0 of 1 node done, 0s\n');
  await finish();
});

test('phases are told at once, each once', async () => {
  const { tell, text, finish } = start('plain');
  const phase: RolloutEvent = { kind: 'phase', text: 'waiting for root@other' };
  await tell(phase, phase);
  assert.is(text(), 'waiting for root@other\n');
  await finish();
});

test('quiet shows warnings only, each once', async () => {
  const { clock, tell, text, finish } = start('quiet');
  const warning: RolloutEvent = { kind: 'warning', message: 'look\rout' };
  await tell(planned(1), waiting('n0'), warning, warning);
  await clock.advance(20_000);
  await finish();
  assert.is(text(), 'Warning: look\\rout\n');
});

test('an interruption is answered at once', async () => {
  const { interruption, text, finish } = start('plain');
  interruption.abort();
  assert.match(text(), 'interrupted: starting nothing more, cleaning up');
  await finish();
});

test('a narrow terminal gets the counts before the names', () => {
  const state = reduce(initialState, planned(3));
  const line = (columns: number): string => renderLiveLine(state, { elapsedMs: 3_000, columns });
  assert.is(line(80), 'web@v3 (web@aaaaaaaaaaaaaaaa): 0 of 3 nodes done 3s');
  assert.is(line(40), 'web@v3: 0 of 3 nodes done 3s');
  assert.is(line(24), '0 of 3 nodes done 3s');
});

test('the live line never wraps', () => {
  const state = reduce(initialState, planned(3));
  for (const columns of [10, 20, 40, 200]) {
    const line = renderLiveLine(state, { elapsedMs: 65_000, latest: `節点: ${'x'.repeat(300)}`, columns });
    assert.ok(textWidth(line) < columns, `${columns}: ${line}`);
    assert.match(line, /65s$/);
  }
});

test('where somebody pauses it, that is said at once, and stands in the counts until it goes on', async () => {
  const { tell, text, finish, clock } = start('plain');
  await tell(planned(2), { kind: 'paused' });
  assert.match(text(), /paused: no further node is begun\n/);
  await clock.advance(11_000);
  assert.match(text(), /0 of 2 nodes done, paused, /);
  await tell({ kind: 'resumed' });
  await clock.advance(11_000);
  assert.match(text(), /resumed\n[^\n]*0 of 2 nodes done, \d/);
  await finish();
});

test.run();
