// The header: the only one that packing makes, and words for every way to differ from it.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseSize, refuseOtherHeader, renderHeader } from '../../../src/bundle/tar-header.ts';
import { assertRefusal } from '../../support/assert-refusal.ts';
import { renderRawHeader } from '../../support/hostile-tar.ts';

const test = suite('src/bundle/tar-header');

const ENTRY = { name: 'manifest.json', sizeBytes: 5 };
const raw = (patches: [number, string][] = [], name = ENTRY.name) =>
  renderRawHeader({ name, content: new Uint8Array(ENTRY.sizeBytes), patches });

test('a header is plain ustar: mode 0644, owner 0, time 0, octal size', () => {
  const header = Buffer.from(renderHeader(ENTRY));
  assert.is(header.length, 512);
  assert.is(header.toString('latin1', 0, 14), 'manifest.json\0');
  assert.is(header.toString('latin1', 100, 136), '000644 \x00000000 \x00000000 \x0000000000005 ');
  assert.is(header.toString('latin1', 136, 148), '00000000000 ');
  assert.is(header.toString('latin1', 156, 158), '0\0');
  assert.is(header.toString('latin1', 257, 265), 'ustar\x0000');
});

test('every name and size gets the header that another writer makes, and its size is read back', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'Z', '0', '.', '/', '-'),
    minLength: 1,
    maxLength: 77,
  });
  fc.assert(
    fc.property(name, fc.nat(3 * 2 ** 20), (name, sizeBytes) => {
      const header = renderHeader({ name, sizeBytes });
      const size = `${sizeBytes.toString(8).padStart(11, '0')} `;
      assert.is(
        Buffer.compare(header, renderRawHeader({ name, content: new Uint8Array(0), patches: [[124, size]] })),
        0,
      );
      assert.is(parseSize(header), sizeBytes);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('the right header is passed, and one byte changed anywhere is refused', () => {
  refuseOtherHeader(renderHeader(ENTRY), ENTRY);
  for (let offset = 0; offset < 512; offset += 1) {
    const header = Buffer.from(renderHeader(ENTRY));
    header[offset]! ^= 0x40;
    assertRefusal(() => refuseOtherHeader(header, ENTRY), /the entry "manifest.json" was expected/);
  }
});

test('a refusal says in words what differs', () => {
  const cases: [Uint8Array, RegExp][] = [
    [raw().subarray(0, 511), /cut off in a tar header/],
    [new Uint8Array(512), /the archive ends here/],
    [raw([[257, 'GNUtar']]), /its magic is not "ustar"/],
    [raw([[257, 'ustar  \0']]), /has the magic "ustar {2}\\u0000"/],
    [
      renderRawHeader({ ...ENTRY, content: new Uint8Array(5), lastPatches: [[148, '000001']] }),
      /tar checksum "000001 \\u0000" is wrong/,
    ],
    [raw([[156, '1']]), /is a hard link: only plain files/],
    [raw([[156, '2/etc']]), /is a symbolic link/],
    [raw([[156, '5']]), /is a directory/],
    [raw([[156, 'x']]), /is a pax header/],
    [raw([[156, 'L']]), /is a GNU long name/],
    [raw([[156, '\0']]), /is a plain file of the old format/],
    [raw([[156, '\x07']]), /is of the unknown type "\\u0007"/],
    [raw([[345, '..']]), /has the prefix "\.\.": none is allowed/],
    [raw([], '/etc/passwd'), /"\/etc\/passwd" has an absolute name/],
    [raw([], 'a/../../b'), /"a\/\.\.\/\.\.\/b" climbs out/],
    [raw([], 'a\\..\\b'), /climbs out/],
    [raw([], 'other'), /"other" is unknown, repeated or out of order/],
    [raw([], 'manifest.json\0x'), /has the name "manifest.json\\u0000x/],
    [raw([[124, '\x80']]), /has its size in base 256/],
    [raw([[124, '\xff']]), /has its size in base 256/],
    [raw([[124, '-0000000001 ']]), /has the size "-0000000001 ": eleven octal digits/],
    [raw([[124, '00000000006 ']]), /has 6 bytes: 5 were wanted/],
    [raw([[100, '000755']]), /has the mode "000755 .*: "000644 /],
    [raw([[108, '001750']]), /has the uid "001750/],
    [raw([[136, '14000000000']]), /has the mtime "14000000000 "/],
    [raw([[265, 'root']]), /has the user name "root/],
    [raw([[511, 'x']]), /has the reserved /],
  ];
  for (const [header, message] of cases) assertRefusal(() => refuseOtherHeader(header, ENTRY), message);
});

test('a size that is not plain octal is no size', () => {
  for (const size of [
    '\x80\0\0\0\0\0\0\0\0\0\0\x05',
    '00000000005\0',
    '          5 ',
    '-0000000005 ',
    '00000000009 ',
  ]) {
    assert.is(parseSize(raw([[124, size]])), undefined);
  }
});

test.run();
