// Who waits for a slot, and who gets it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openSlots } from '../../../plugin/cluster/transport-slots.ts';

const turns = () => new Promise((resolve) => setImmediate(resolve));

const test = suite('plugin/cluster/transport-slots');

test('never more than so many are taken, and who came first is served first', async () => {
  const slots = openSlots(2);
  const got: number[] = [];
  const leaves: (() => void)[] = [];
  for (const id of [1, 2, 3, 4]) {
    slots.take().then((leave) => {
      got.push(id);
      leaves.push(leave);
    });
  }
  await turns();
  assert.equal(got, [1, 2]);
  leaves[1]!();
  leaves[1]!(); // giving back twice frees one
  await turns();
  assert.equal(got, [1, 2, 3]);
});

test('who gives up while waiting does not hold a slot', async () => {
  const slots = openSlots(1);
  const leave = await slots.take();
  const stopping = new AbortController();
  const waiting = slots.take(stopping.signal).catch((error: Error) => error.message);
  const next = slots.take();
  stopping.abort(new Error('given up'));
  assert.is(await waiting, 'given up');
  leave();
  assert.type(await next, 'function');
});

test.run();
