// Cutting a body into lines, however it arrives.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokenStream, readJsonLines } from '../../../plugin/cluster/watch-lines.ts';

const test = suite('plugin/cluster/watch-lines');

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of cuts.toSorted((a, b) => a - b)) {
    const end = Math.min(cut, bytes.length);
    yield bytes.subarray(start, end);
    start = Math.max(start, end);
  }
  yield bytes.subarray(start);
}

const read = async (body: AsyncIterable<Uint8Array>, limitBytes?: number): Promise<unknown[]> => {
  const lines: unknown[] = [];
  for await (const line of readJsonLines(body, limitBytes)) lines.push(line);
  return lines;
};

test('lines come whole, however the body is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' })),
      fc.array(fc.nat(200)),
      async (texts, cuts) => {
        const body = Buffer.from(texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
        assert.equal(await read(pieces(body, cuts)), texts);
      },
    ),
  );
});

test('a line without its end is dropped, an empty one is passed over', async () => {
  assert.equal(await read(pieces(Buffer.from('1\n\n \n2\n{"cut":'), [])), [1, 2]);
});

test('an endless line is refused at the limit', async () => {
  let sent = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      sent += 100;
      yield Buffer.alloc(100, 'x');
    }
  }
  const error = await read(endless(), 1_000).catch((thrown: unknown) => thrown);
  assert.instance(error, BrokenStream);
  assert.is(sent, 1_100);
});

test('a line of the limit’s length is read, and the next one too', async () => {
  const line = JSON.stringify('x'.repeat(998));
  assert.is((await read(pieces(Buffer.from(`${line}\n${line}\n`), [500, 1_100, 1_900]), 1_000)).length, 2);
});

test('what is not JSON is refused', async () => {
  const error = await read(pieces(Buffer.from('1\n<html>\n'), [])).catch((thrown: unknown) => thrown);
  assert.instance(error, BrokenStream);
});

test.run();
