import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Channel, during } from '../../../src/rollout/channel.ts';
import { settle } from '../../support/fake-clock.ts';

const test = suite('src/rollout/channel');

const collect = async <T>(values: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
};

test('hands out what was pushed before, between and at the very start of reading, then ends', async () => {
  const channel = new Channel<number>();
  channel.push(1);
  const all = collect(channel);
  // In the same turn: the reader has begun, but waits for nothing yet.
  channel.push(2);
  await settle();
  channel.push(3);
  await settle();
  channel.push(4);
  channel.close();
  channel.push(5);
  assert.equal(await all, [1, 2, 3, 4]);
});

test('a push in the turn in which an empty channel is first read is not lost', async () => {
  const channel = new Channel<number>();
  const first = channel[Symbol.asyncIterator]().next();
  channel.push(1);
  assert.equal(await first, { value: 1, done: false });
});

test('during yields what the work tells and returns its result', async () => {
  const told: string[] = [];
  const generator = during<string, number>(async (tell) => {
    tell('one');
    await settle();
    tell('two');
    return 3;
  });
  for (let step = await generator.next(); ; step = await generator.next()) {
    if (step.done) {
      assert.is(step.value, 3);
      break;
    }
    told.push(step.value);
  }
  assert.equal(told, ['one', 'two']);
});

test('during throws what the work throws, after what it told', async () => {
  const generator = during<string, void>(async (tell) => {
    tell('one');
    throw new Error('no');
  });
  assert.is((await generator.next()).value, 'one');
  await generator.next().then(
    () => assert.unreachable(),
    (thrown) => assert.is((thrown as Error).message, 'no'),
  );
});

test.run();
