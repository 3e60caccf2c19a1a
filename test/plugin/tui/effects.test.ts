// The effects against a port in memory: what the state asks for is read once, and what is confirmed is run once.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startEffects } from '../../../plugin/tui/effects.ts';
import { actionsOf } from '../../../plugin/tui/keys.ts';
import type { Port } from '../../../plugin/tui/port.ts';
import { currentVisit, type State, workloadsOf } from '../../../plugin/tui/state.ts';
import { createStore, type Store } from '../../../plugin/tui/store.ts';
import type { Pace } from '../../../src/rollout/ports.ts';
import type { WorkloadRow } from '../../../src/workload/rows.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { localhost, sampleConfinement } from '../../support/fake-workloads.ts';
import { fakePort, sampleNews, sampleNodes, sampleState } from '../../support/ui-samples.ts';

const test = suite('plugin/tui/effects');

const start = (
  state: State,
  changes: Partial<Port>,
): { store: Store; end: () => Promise<void>; clock: FakeClock; failures: unknown[] } => {
  const failures: unknown[] = [];
  const onFailure = (thrown: unknown) => void failures.push(thrown);
  const store = createStore(state, onFailure);
  const clock = new FakeClock({ isAutomatic: false });
  const over = new AbortController();
  const effects = startEffects({ store, port: fakePort(changes), clock, signal: over.signal, onFailure });
  const end = async () => {
    over.abort();
    await effects;
  };
  return { store, end, clock, failures };
};

const type = (store: Store, text: string): void => {
  for (const letter of text)
    store.answer((state) =>
      actionsOf(
        state,
        letter === '\n' ? { name: 'return', text: '', isControl: false } : { text: letter, isControl: false },
      ),
    );
};

const ROW: WorkloadRow = {
  namespace: 'shop',
  workload: { kind: 'Deployment', name: 'front' },
  container: { name: 'main', role: 'container' },
  confinement: sampleConfinement(localhost('web/web.json')),
  pods: [],
};

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test('news of the fleet are told together', async () => {
  const nodes = sampleNodes(40);
  const { store, end } = start(sampleState('fleet', { nodes: 0 }), {
    async *watchFleet() {
      yield* sampleNews(nodes);
    },
  });
  let changes = 0;
  store.subscribe(() => changes++);
  await turns();
  assert.is(store.state().fleet.nodes.length, 40);
  assert.ok(changes < 5, `${changes} changes`);
  await end();
});

test('what a place needs is asked once, and again after Ctrl-R', async () => {
  const asked: string[] = [];
  const { store, end } = start(sampleState('bundle/web'), {
    ask: async (words) => {
      asked.push(words.join(' '));
      return { exitCode: 0, stdout: '{"containers":[],"unread":[]}', stderr: '' };
    },
  });
  await turns();
  type(store, 'jjjj');
  await turns();
  assert.equal(asked, ['usage web -A -o json']);
  store.answer((state) => actionsOf(state, { text: 'r', isControl: true }));
  await turns();
  assert.is(asked.length, 2);
  await end();
});

test('workloads are watched while their screen is on the trail, of one namespace where one is chosen', async () => {
  const begun: (string | undefined)[] = [];
  const ended: (string | undefined)[] = [];
  const { store, end, clock } = start(sampleState(), {
    async *watchWorkloads(namespace, _context, signal) {
      begun.push(namespace);
      yield { rows: [ROW], unread: [], isWhole: true };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended.push(namespace);
    },
  });
  await turns();
  assert.equal(begun, []);
  type(store, ':workloads\n');
  await turns();
  await clock.advance(1_000);
  assert.equal(begun, [undefined]);
  assert.is(workloadsOf(store.state())?.rows.length, 1);
  type(store, '\n');
  assert.is(currentVisit(store.state()).place.screen, 'profile');
  await turns();
  assert.equal(ended, []);
  store.answer((state) => actionsOf(state, { name: 'escape', text: '', isControl: false }));
  type(store, 'n');
  await turns();
  await clock.advance(1_000);
  assert.equal([begun, ended], [[undefined, 'shop'], [undefined]]);
  type(store, ':fleet\n');
  await turns();
  assert.equal(ended, [undefined, 'shop']);
  await end();
});

test('workloads that cannot be watched are told to be so, and begun again by Ctrl-R', async () => {
  let begun = 0;
  const { store, end } = start(sampleState('workloads'), {
    // biome-ignore lint/correctness/useYield: it never gets that far
    async *watchWorkloads() {
      begun += 1;
      throw new Error('no kubeconfig');
    },
  });
  await turns();
  assert.is(workloadsOf(store.state())?.lost, 'no kubeconfig');
  assert.is(begun, 1);
  store.answer((state) => actionsOf(state, { text: 'r', isControl: true }));
  await turns();
  assert.is(begun, 2);
  await end();
});

test('a verb is run once it is confirmed, and stopped by s; leaving waits for its end', async () => {
  const ran: string[][] = [];
  let stopped: AbortSignal | undefined;
  const { store, end } = start(sampleState(), {
    async *run(words, _context, signal) {
      ran.push([...words]);
      stopped = signal;
      yield { kind: 'said', text: 'begun\n' };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield { kind: 'ended', answer: { exitCode: 130, stdout: '', stderr: 'cleaned up\n' } };
    },
  });
  type(store, ':rollback web\n');
  await turns();
  assert.equal(ran, []);
  type(store, '\n');
  await turns();
  assert.equal(ran, [['rollback', 'web']]);
  assert.not.ok(stopped?.aborted);
  await end();
  assert.ok(stopped?.aborted);
  assert.is(store.state().run?.answer?.stderr, 'cleaned up\n');
});

test('what is paused in the state is paused at work, and goes on when the state does', async () => {
  let pace: Pace | undefined;
  const { store, end } = start(sampleState(), {
    async *run(_words, _context, signal, given) {
      pace = given;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield { kind: 'ended', answer: { exitCode: 130, stdout: '', stderr: '' } };
    },
  });
  type(store, ':rollback web\n');
  await turns();
  type(store, '\n');
  await turns();
  assert.not.ok(pace!.isPaused);
  type(store, 'p');
  assert.ok(pace!.isPaused);
  type(store, 'p');
  assert.not.ok(pace!.isPaused);
  await end();
});

test('another context ends the watch of the first and begins its own', async () => {
  const watched: (string | undefined)[] = [];
  const ended: (string | undefined)[] = [];
  const { store, end } = start(sampleState(), {
    async *watchFleet(context, signal) {
      watched.push(context);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended.push(context);
    },
  });
  await turns();
  type(store, ':context test\n');
  await turns();
  assert.equal(watched, ['prod', 'test']);
  assert.equal(ended, ['prod']);
  await end();
});

test('a fleet that cannot be read is shown as such; it ends nothing', async () => {
  const { store, end, failures } = start(sampleState('fleet', { nodes: 0 }), {
    // biome-ignore lint/correctness/useYield: it never gets that far
    async *watchFleet() {
      throw new Error('connection refused');
    },
  });
  await turns();
  assert.is(store.state().fleet.lost.nodes, 'connection refused');
  assert.equal(failures, []);
  await end();
});

test('a watch that has ended is begun again by Ctrl-R, one that lives is left alone', async () => {
  let begun = 0;
  const { store, end, clock } = start(sampleState('fleet', { nodes: 0 }), {
    async *watchFleet(_context, signal) {
      begun += 1;
      if (begun === 1) throw new Error('connection refused');
      yield { kind: 'synced', part: 'nodes' };
      yield { kind: 'synced', part: 'records' };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  });
  const refresh = () => store.answer((state) => actionsOf(state, { text: 'r', isControl: true }));
  await turns();
  assert.is(store.state().fleet.lost.nodes, 'connection refused');
  refresh();
  await clock.advance(200);
  await turns();
  assert.is(store.state().fleet.lost.nodes, undefined);
  refresh();
  await turns();
  assert.is(begun, 2);
  await end();
});

test('what could not be read while the connection was lost is read again when it is back', async () => {
  let isDown = true;
  let isBack = (): void => {};
  const asked: string[] = [];
  const { end, clock } = start(sampleState('bundle/web', { nodes: 0 }), {
    async *watchFleet() {
      yield { kind: 'lost', part: 'nodes', message: 'connection refused' };
      await new Promise<void>((resolve) => (isBack = resolve));
      yield { kind: 'synced', part: 'nodes' };
      yield { kind: 'synced', part: 'records' };
    },
    ask: async (words) => {
      asked.push(words[0]!);
      return isDown
        ? { exitCode: 1, stdout: '', stderr: 'error: connection refused\n' }
        : { exitCode: 0, stdout: '{"containers":[],"unread":[]}', stderr: '' };
    },
  });
  await turns();
  await clock.advance(200);
  assert.equal(asked, ['usage']);
  isDown = false;
  isBack();
  await turns();
  await clock.advance(200);
  await turns();
  assert.equal(asked, ['usage', 'usage']);
  await end();
});

test('what nobody expected is told to whoever can end the UI', async () => {
  const { failures, end } = start(sampleState('bundle/web'), {
    ask: async () => {
      throw new Error('a bug');
    },
  });
  await turns();
  assert.match(String(failures[0]), /a bug/);
  await end();
});

test.run();
