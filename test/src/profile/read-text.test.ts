// What bytes are text: the place of the first fault must be where an editor shows it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_PROFILE_BYTES, readText } from '../../../src/profile/read-text.ts';

const test = suite('src/profile/read-text');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('UTF-8 text is read, tabs and line ends of every system included', () => {
  assert.equal(readText(bytes('{\t"ä": "€😀"}\r\n')), { text: '{\t"ä": "€😀"}\r\n' });
});

test('an empty and a blank file are told apart from broken ones', () => {
  assert.match(readText(bytes('')).message!, 'the file is empty');
  assert.match(readText(bytes(' \n\t')).message!, 'the file is blank');
});

test('a file of exactly 1 MiB is read, one byte more is refused', () => {
  assert.is(readText(new Uint8Array(MAX_PROFILE_BYTES).fill(0x7b)).message, undefined);
  assert.match(
    readText(new Uint8Array(MAX_PROFILE_BYTES + 1).fill(0x7b)).message!,
    'the file has 1048577 bytes',
  );
});

test('byte order marks and UTF-16 are named', () => {
  assert.match(readText(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])).message!, 'byte order mark');
  assert.match(readText(new Uint8Array([0xff, 0xfe, 0x7b, 0])).message!, 'UTF-16');
  assert.match(readText(new Uint8Array([0xfe, 0xff, 0, 0x7b])).message!, 'UTF-16');
});

for (const [name, broken, offset] of [
  ['a stray continuation byte', [0x7b, 0x80, 0x7d], 1],
  ['a Latin-1 letter', [0x7b, 0x22, 0xe4, 0x22], 2],
  ['a sequence cut off by the end', [0x7b, 0xe2, 0x82], 1],
  ['an overlong slash', [0xc0, 0xaf], 0],
  ['a surrogate', [0x61, 0xed, 0xa0, 0x80], 1],
  ['a fault after two-byte characters', [0xc3, 0xa4, 0xc3, 0xa4, 0xff], 2],
] as const) {
  test(`${name} is no UTF-8, and its place is told`, () => {
    const result = readText(new Uint8Array(broken));
    assert.match(result.message!, 'is not valid UTF-8');
    assert.is(result.offset, offset);
  });
}

test('control characters are refused where they stand', () => {
  assert.equal(readText(bytes('{"a":\u0000}')).offset, 5);
  assert.match(readText(bytes('ab\u001b[31m')).message!, 'U+001B');
});

test.run();
