import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packTarGz, packZip } from '../../../plugin/release/archive.ts';
import { extractAsKrew } from '../../support/krew-rules.ts';

const test = suite('plugin/release/archive');

const sampleEntries = [
  { name: 'kubectl-seccomp', content: Buffer.from('\x7fELF'.repeat(5000)), isExecutable: true },
  { name: 'LICENSE', content: Buffer.from('words\n'), isExecutable: false },
  { name: 'EMPTY', content: Buffer.alloc(0), isExecutable: false },
];

for (const [kind, pack] of [
  ['tar.gz', packTarGz],
  ['zip', packZip],
] as const) {
  test(`what is packed into a ${kind} comes out as Krew extracts it, with modes`, async () => {
    const files = await extractAsKrew(await pack(sampleEntries));
    assert.equal(
      files.map(({ name, mode, content }) => [name, mode, content.toString('latin1')]),
      sampleEntries.map(({ name, content, isExecutable }) => [
        name,
        isExecutable ? 0o755 : 0o644,
        content.toString('latin1'),
      ]),
    );
  });

  test(`a ${kind} depends on nothing but its entries`, async () => {
    const first = await pack(sampleEntries);
    const zone = process.env.TZ;
    process.env.TZ = 'Asia/Tokyo';
    try {
      assert.ok(first.equals(await pack(sampleEntries)));
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
    assert.not.ok(first.equals(await pack(sampleEntries.slice(1))));
  });
}

test('a tar names no person and no time, a gzip no machine', async () => {
  const { gunzipSync } = await import('node:zlib');
  const packed = await packTarGz(sampleEntries);
  assert.equal([...packed.subarray(3, 10)], [0, 0, 0, 0, 0, 2, 255]);
  const header = gunzipSync(packed).subarray(0, 512).toString('latin1');
  assert.is(header.slice(108, 124).replace(/[^0-7]/g, ''), '0'.repeat(12));
  assert.is(header.slice(136, 148).replace(/[^0-7]/g, ''), '0'.repeat(11));
  assert.is(header.slice(265, 329).replace(/\0/g, ''), '');
});

test.run();
