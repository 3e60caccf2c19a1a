import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { signAdHoc, verifySignature } from '../../../plugin/release/code-signature.ts';

const test = suite('plugin/release/code-signature');

const SEGMENT_BYTES = 72;
const OLD_SIGNATURE_BYTES = 64;

/** A Mach-O with __TEXT, __LINKEDIT and an old signature at its end; `codeBytes` stand before that. */
const sampleMachO = (codeBytes: number, sign = OLD_SIGNATURE_BYTES): Buffer => {
  const file = Buffer.alloc(codeBytes + sign, 0x5a);
  file.fill(0, 0, 256);
  file.writeUInt32LE(0xfeedfacf, 0);
  file.writeUInt32LE(3, 16);
  const segment = (at: number, name: string, fileOffset: number, size: number) => {
    file.writeUInt32LE(0x19, at);
    file.writeUInt32LE(SEGMENT_BYTES, at + 4);
    file.write(name, at + 8);
    file.writeBigUInt64LE(BigInt(fileOffset), at + 40);
    file.writeBigUInt64LE(BigInt(size), at + 48);
  };
  segment(32, '__TEXT', 0, 4096);
  segment(32 + SEGMENT_BYTES, '__LINKEDIT', 4096, file.length - 4096);
  const signature = 32 + 2 * SEGMENT_BYTES;
  for (const [index, value] of [0x1d, 16, codeBytes, sign].entries()) {
    file.writeUInt32LE(value, signature + 4 * index);
  }
  return file;
};

test('a signed program verifies, whatever its size, and the segment ends where the file does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 2000 }), (sixteenths) => {
      const signed = signAdHoc(sampleMachO(sixteenths * 16), 'sample');
      verifySignature(signed);
      const linkEdit = 32 + SEGMENT_BYTES;
      const end = signed.readBigUInt64LE(linkEdit + 40) + signed.readBigUInt64LE(linkEdit + 48);
      assert.is(Number(end), signed.length);
      assert.ok(signed.readBigUInt64LE(linkEdit + 32) >= signed.readBigUInt64LE(linkEdit + 48));
    }),
    { numRuns: 50 },
  );
});

test('signing again changes nothing', () => {
  const signed = signAdHoc(sampleMachO(20_000), 'sample');
  assert.ok(signAdHoc(signed, 'sample').equals(signed));
});

test('one changed bit anywhere before the signature is found', () => {
  const signed = signAdHoc(sampleMachO(12_000), 'sample');
  fc.assert(
    fc.property(fc.integer({ min: 256, max: 11_999 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const changed = Buffer.from(signed);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      assert.throws(() => verifySignature(changed), /1 of 3 pages differ/);
    }),
    { numRuns: 100 },
  );
});

test('a signature that is older than the program is refused: it covers less', () => {
  const old = signAdHoc(sampleMachO(8000), 'sample');
  const blob = old.subarray(8000);
  const grown = sampleMachO(12_000, blob.length);
  grown.set(blob, 12_000);
  assert.throws(() => verifySignature(grown), /covers 8000 of 12000 bytes/);
});

test('what is unsigned or no Mach-O is refused in words', () => {
  assert.throws(() => verifySignature(sampleMachO(8000)), /no code signature/);
  assert.throws(() => verifySignature(Buffer.from('\x7fELF'.padEnd(64))), /no 64-bit Mach-O/);
  const trailing = Buffer.concat([sampleMachO(8000), Buffer.alloc(16)]);
  assert.throws(() => signAdHoc(trailing, 'sample'), /the end of 8080 was wanted/);
});

test.run();
