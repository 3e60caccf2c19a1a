// Exact counts from pieces of any size.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteReader } from '../../../src/bundle/byte-reader.ts';
import { sampleSource } from '../../support/bundle-samples.ts';

const test = suite('src/bundle/byte-reader');

const BYTES = Uint8Array.from({ length: 20 }, (_, index) => index);

test('whatever the pieces, the same bytes are taken, and fewer only at the end', async () => {
  for (let pieceBytes = 1; pieceBytes <= 21; pieceBytes += 1) {
    const reader = new ByteReader(sampleSource(BYTES, pieceBytes));
    assert.equal([...(await reader.peek(2))], [0, 1]);
    assert.is(reader.position, 0);
    assert.equal([...(await reader.take(7))], [0, 1, 2, 3, 4, 5, 6]);
    assert.equal([...(await reader.take(0))], []);
    assert.equal([...(await reader.peek(3))], [7, 8, 9]);
    assert.equal([...(await reader.take(100))], [...BYTES.subarray(7)]);
    assert.is(reader.position, 20);
    assert.is((await reader.take(1)).length, 0);
    assert.is((await reader.peek(1)).length, 0);
  }
});

test('empty pieces are passed over', async () => {
  async function* source() {
    yield new Uint8Array(0);
    yield BYTES.subarray(0, 1);
    yield new Uint8Array(0);
    yield BYTES.subarray(1, 2);
  }
  const reader = new ByteReader(source());
  assert.equal([...(await reader.peek(2))], [0, 1]);
  assert.equal([...(await reader.take(3))], [0, 1]);
});

test('what was taken stays when the source uses its buffer again', async () => {
  async function* source() {
    const buffer = new Uint8Array(4);
    yield buffer.fill(1);
    yield buffer.fill(2);
  }
  const reader = new ByteReader(source());
  const first = await reader.take(4);
  await reader.take(4);
  assert.equal([...first], [1, 1, 1, 1]);
});

test('the source is asked for no piece before it is needed, and is released on close', async () => {
  const seen: string[] = [];
  async function* source() {
    try {
      for (let index = 0; ; index += 1) {
        seen.push(`piece ${index}`);
        yield BYTES.subarray(0, 4);
      }
    } finally {
      seen.push('released');
    }
  }
  const reader = new ByteReader(source());
  await reader.take(4);
  assert.equal(seen, ['piece 0']);
  await reader.close();
  assert.equal(seen, ['piece 0', 'released']);
});

test('an error of the source passes through', async () => {
  const broken = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('disk')) }) };
  await new ByteReader(broken).take(1).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'disk'),
  );
});

test.run();
