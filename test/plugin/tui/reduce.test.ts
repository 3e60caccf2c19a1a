// The reducer and the keys together: what a user sees move when keys are pressed, without any terminal.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frameOf } from '../../../plugin/tui/frame.ts';
import { lineText } from '../../../plugin/tui/line.ts';
import { formatPlace } from '../../../plugin/tui/place.ts';
import { modelOf, selectedRow, shownRows } from '../../../plugin/tui/screen.ts';
import { currentVisit, type State } from '../../../plugin/tui/state.ts';
import type { Report } from '../../../src/protocol/report.ts';
import type { RolloutEvent } from '../../../src/rollout/events.ts';
import type { WorkloadRow } from '../../../src/workload/rows.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { sampleConfinement } from '../../support/fake-workloads.ts';
import { act, press, sampleNews, sampleNodes, sampleState } from '../../support/ui-samples.ts';

const test = suite('plugin/tui/reduce');

const REPORT: Report = {
  version: 1,
  operation: 'install',
  outcome: 'installed',
  durationMs: 12,
  facts: { architecture: 'amd64', kernel: '6.18.0', bootId: 'boot' },
};

const trailOf = ({ trail }: State): string => trail.map(({ place }) => formatPlace(place)).join(' > ');
const keysOf = (state: State): string[] => shownRows(state, modelOf(state)).map(({ key }) => key);

test('arrows and their letters move the same, and stop at both ends', () => {
  const state = sampleState();
  assert.is(selectedRow(press(state, 'jj'))?.key, 'node-03');
  assert.is(selectedRow(press(state, '<down>', '<down>', '<up>'))?.key, 'node-02');
  assert.is(selectedRow(press(state, 'k'))?.key, 'node-01');
  assert.is(selectedRow(press(state, 'G', 'j'))?.key, 'node-12');
  assert.is(selectedRow(press(state, 'G', 'g'))?.key, 'node-01');
});

test('what the cursor is on stays in sight, whatever the terminal does', () => {
  const state = press(sampleState('fleet', { nodes: 60 }), 'G');
  const { top, cursor } = currentVisit(state);
  assert.is(cursor, 59);
  // 24 rows: breadcrumb, head, titles, 19 rows, command, keys.
  assert.is(top, 41);
  const small = act(state, { kind: 'resized', size: { columns: 80, rows: 10 } });
  assert.is(currentVisit(small).top, 55);
  const paged = press(state, '<page-up>');
  assert.is(currentVisit(paged).cursor, 41);
});

test('Enter goes down, Escape up again to where the cursor was', () => {
  const state = press(sampleState(), 'jj', '<return>');
  assert.is(trailOf(state), 'fleet > node/node-03');
  const back = press(state, '<escape>');
  assert.is(trailOf(back), 'fleet');
  assert.is(selectedRow(back)?.key, 'node-03');
});

test('Escape leaves a filter before it leaves the place, and at home it does nothing', () => {
  const state = press(sampleState(), '<return>', '<escape>', '/', '07', '<return>');
  assert.equal(keysOf(state), ['node-07']);
  const cleared = press(state, '<escape>');
  assert.is(keysOf(cleared).length, 12);
  assert.is(trailOf(press(cleared, '<escape>')), 'fleet');
});

test('whoever came by an address gets to the fleet by Escape', () => {
  assert.is(trailOf(press(sampleState('bundle/web/web.json'), '<escape>')), 'fleet');
});

test('a place that is on the trail already is gone back to', () => {
  const state = press(sampleState(), '<return>', ':fleet', '<return>');
  assert.is(trailOf(state), 'fleet');
});

test('a filter takes effect while it is typed, letters may have gaps, and Escape takes it back', () => {
  const typing = press(sampleState(), '/', 'nd-1');
  assert.equal(keysOf(typing), ['node-01', 'node-10', 'node-11', 'node-12']);
  assert.is(keysOf(press(typing, '<escape>')).length, 12);
  assert.is(press(typing, '<backspace>', '<backspace>').prompt?.text, 'nd');
});

test('a fleet of many nodes is grouped, and b goes round the groupings', () => {
  const state = sampleState('fleet', { nodes: 100 });
  assert.equal(keysOf(state), ['failed', 'in-sync']);
  assert.equal(keysOf(press(state, 'bb')), ['eu-1a', 'eu-1b', 'eu-1c']);
  assert.equal(keysOf(press(state, 'bbb')), ['general', 'spot']);
  assert.is(keysOf(press(state, 'bbbb')).length, 100);
});

test('by state and digest the chosen bundle counts, and Enter shows just those nodes', () => {
  const state = press(sampleState('fleet', { nodes: 100 }), 'l');
  assert.equal(keysOf(state), ['missing', 'in-sync']);
  const missing = press(state, '<return>');
  assert.is(trailOf(missing), 'fleet > fleet/state:db=missing');
  assert.is(keysOf(missing).length, 14);
});

test('o orders by each column up and down, then not at all', () => {
  const state = press(sampleState(), 'oo');
  assert.is(keysOf(state)[0], 'node-12');
  const columns = modelOf(state).table!.columns.length;
  assert.is(currentVisit(press(state, 'o'.repeat(columns * 2 - 1))).order, undefined);
});

test('Tab goes round the screens and leaves no trail', () => {
  const state = press(sampleState(), '<return>', '<tab>');
  assert.is(trailOf(state), 'fleet');
  assert.is(trailOf(press(state, '<tab>', '<tab>')), 'workloads');
  assert.is(trailOf(press(state, '<backtab>')), 'rollout');
});

test('what has changed since the last look is known until it is looked at again', () => {
  const state = sampleState();
  const changed = sampleNode('node-02', { ...sampleNodes(12)[1]!, isReady: false });
  const next = act(state, { kind: 'fleet', news: [{ kind: 'node', node: changed }] });
  const isNews = (one: State): boolean =>
    one.looks['fleet node ready api db web']?.get('node-02') !== 'node-02\tNO\tS v2\tS v2\tS v2';
  assert.ok(isNews(next));
  assert.not.ok(isNews(press(next, '.')));
});

test('news that say nothing new change nothing at all', () => {
  const state = sampleState();
  assert.is(act(state, { kind: 'fleet', news: sampleNews(sampleNodes(12)) }), state);
});

test('a verb that only reads is run at once; what others would do is shown first', () => {
  assert.is(trailOf(press(sampleState(), ':lint profiles/', '<return>')), 'fleet > command/lint profiles/');
  const state = press(sampleState(), ':rollback web', '<return>');
  assert.is(trailOf(state), 'fleet > preview/rollback web');
  assert.is(state.run, undefined);
});

test('a preview is carried out by Enter, in the very words it showed', () => {
  const state = press(sampleState(), ':rollback web --to 1', '<return>', '<return>');
  assert.equal(state.run?.words, ['rollback', 'web', '--to', '1']);
  assert.is(trailOf(state), 'fleet > rollout');
});

test('what destroys something wants its name typed first', () => {
  const asked = press(sampleState(), ':delete web', '<return>', '<return>');
  assert.is(asked.run, undefined);
  assert.equal(asked.prompt, { kind: 'confirm', text: '', wanted: 'web' });
  const wrong = press(asked, 'wbe', '<return>');
  assert.is(wrong.run, undefined);
  assert.match(wrong.message?.text ?? '', /"wbe" is not "web": nothing was done/);
  assert.is(press(asked, '<escape>').run, undefined);
  assert.equal(press(asked, 'web', '<return>').run?.words, ['delete', 'web', '--yes']);
});

test('--force makes anything destructive', () => {
  const asked = press(sampleState(), ':apply -f x --name web --force', '<return>', '<return>');
  assert.is(asked.run, undefined);
  assert.is(asked.prompt?.kind, 'confirm');
});

test('with --read-only nothing that changes anything is even shown', () => {
  for (const keys of [':delete web', ':apply -f x', ':verify', ':lint x --fix']) {
    const state = press(sampleState('fleet', { isReadOnly: true }), keys, '<return>');
    assert.is(trailOf(state), 'fleet', keys);
    assert.match(state.message?.text ?? '', /--read-only/, keys);
  }
  const state = press(sampleState('bundle/web', { isReadOnly: true }), 'D');
  assert.is(trailOf(state), 'bundle/web');
});

test('one verb is at work at a time, s and Ctrl-C stop it, and only then Ctrl-C leaves', () => {
  const state = press(sampleState(), ':rollback web', '<return>', '<return>');
  const second = press(state, ':rollback api', '<return>', '<return>');
  assert.equal(second.run?.words, ['rollback', 'web']);
  assert.ok(press(state, 's').run?.isStopping);
  const stopping = press(state, '<c-c>');
  assert.ok(stopping.run?.isStopping);
  assert.not.ok(stopping.isLeaving);
  assert.ok(press(stopping, '<c-c>').isLeaving);
});

test('p pauses a verb at work on nodes and lets it go on; not one that is being stopped, nor one without nodes', () => {
  const state = press(sampleState(), ':rollback web', '<return>', '<return>');
  const paused = press(state, 'p');
  assert.ok(paused.run?.isPaused);
  assert.not.ok(press(paused, 'p').run?.isPaused);
  assert.not.ok(press(state, 's', 'p').run?.isPaused);
  const ended = act(state, {
    kind: 'run-news',
    id: state.run!.id,
    nowMs: state.nowMs,
    news: [{ kind: 'ended', answer: { exitCode: 0, stdout: '', stderr: '' } }],
  });
  assert.not.ok(press(ended, 'p').run?.isPaused);
  const verbs = [...sampleState().verbs, ['bind', 'Bind workloads'] as const];
  const binding = press({ ...sampleState(), verbs }, ':bind deploy/x web/a.json', '<return>', '<return>');
  assert.equal(binding.run?.words[0], 'bind');
  assert.not.ok(press(binding, 'p').run?.isPaused);
});

test('workloads that are told anew replace what was known once they are whole, and changes since are marked', () => {
  const row = (name: string, kind: 'unconfined' | 'runtime-default'): WorkloadRow => ({
    namespace: 'shop',
    workload: { kind: 'Deployment', name },
    container: { name: 'main', role: 'container' },
    confinement: sampleConfinement({ kind }),
    pods: [],
  });
  const tell = (state: State, rows: readonly WorkloadRow[], isWhole: boolean): State =>
    act(state, { kind: 'workloads', namespace: undefined, now: { rows, unread: [], isWhole } });
  const [front, back] = [row('front', 'runtime-default'), row('back', 'runtime-default')];
  const partly = tell(sampleState('workloads'), [front], false);
  assert.is(keysOf(partly).length, 1);
  const whole = tell(partly, [back, front], true);
  const again = tell(whole, [back], false);
  assert.is(keysOf(again).length, 2);
  const changed = tell(again, [back, row('front', 'unconfined')], true);
  // The worst stands first.
  assert.match(keysOf(changed)[0]!, /front .* Unconfined/);
  const marked = frameOf(changed)
    .map(lineText)
    .filter((one) => one[1] === '*');
  assert.equal(marked.length, 1);
  // Another namespace's are not shown for this one's.
  assert.equal(keysOf(press(changed, 'n')), []);
});

test('a run is folded from its news; failures stand first, and those of an earlier run are dropped', () => {
  const started = press(sampleState(), ':rollback web', '<return>', '<return>');
  const [one, two] = sampleNodes(2) as [ReturnType<typeof sampleNode>, ReturnType<typeof sampleNode>];
  const id = started.run!.id;
  const news = [
    {
      kind: 'planned',
      operation: 'install',
      bundle: 'web',
      nodes: [one, two].map((node) => ({ node, action: 'run' as const })),
    },
    { kind: 'done', node: one.name, report: REPORT },
    { kind: 'failed', node: two.name, reason: { code: 'no-space', message: 'the disk is full' } },
  ] satisfies readonly RolloutEvent[];
  const state = act(started, {
    kind: 'run-news',
    id,
    nowMs: started.nowMs + 1000,
    news: news.map((event) => ({ kind: 'event', event })),
  });
  assert.equal(keysOf(state), [two.name, one.name]);
  const other = act(state, {
    kind: 'run-news',
    id: id - 1,
    nowMs: 0,
    news: [{ kind: 'said', text: 'late' }],
  });
  assert.is(other, state);
  const ended = act(state, {
    kind: 'run-news',
    id,
    nowMs: started.nowMs + 2000,
    news: [{ kind: 'ended', answer: { exitCode: 1, stdout: '', stderr: '' } }],
  });
  assert.is(ended.run?.endedMs, started.nowMs + 2000);
});

test('another context is another cluster: nothing of the first is kept', () => {
  const known = act(sampleState('node/node-01'), { kind: 'contexts', names: ['prod', 'test'] });
  const state = press(known, ':context test', '<return>');
  assert.is(state.context, 'test');
  assert.is(state.fleet.nodes.length, 0);
  assert.is(trailOf(state), 'fleet');
  assert.match(press(known, ':context nowhere', '<return>').message?.text ?? '', /no context "nowhere"/);
});

test('what is typed is completed by Tab, and a name that means nothing is said to', () => {
  const state = press(sampleState(), ':roll', '<tab>', '<return>');
  assert.is(state.prompt?.kind, undefined);
  assert.is(trailOf(state), 'fleet > rollout');
  const verb = press(sampleState(), ':ver', '<tab>', '<return>');
  assert.equal(verb.prompt, { kind: 'command', text: 'verify ', chosen: -1 });
  assert.match(press(sampleState(), ':frobnicate', '<return>').message?.text ?? '', /no verb and no screen/);
});

test('what is only learned later takes no message away', () => {
  const state = press(sampleState('fleet', { isReadOnly: true }), ':delete web', '<return>');
  assert.match(state.message?.text ?? '', /--read-only/);
  assert.is(act(state, { kind: 'context', name: 'prod' }).message, state.message);
});

test('Ctrl-Z goes back to the shell, but not from a verb at work, which would stand still in the middle', () => {
  assert.is(press(sampleState(), '<c-z>').suspensions, 1);
  const running = press(sampleState(), ':rollback web', '<return>', '<return>', '<c-z>');
  assert.is(running.suspensions, 0);
  assert.match(running.message?.text ?? '', /rollback is at work: p pauses it/);
});

test('q leaves, but not while something is typed', () => {
  assert.ok(press(sampleState(), 'q').isLeaving);
  assert.not.ok(press(sampleState(), '/q').isLeaving);
});

test.run();
