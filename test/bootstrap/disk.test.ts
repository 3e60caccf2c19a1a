// The disk in memory, on which so much is proven, does what this machine's disk does.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Disk, nodeDisk } from '../../bootstrap/disk.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { inTemporaryFolder } from '../support/real-tree.ts';

const test = suite('bootstrap/disk');

const PATHS = ['a', 'b', 'a/c', 'b/c', 'a/c/d', 'l', 'l/c'];

type Step = readonly [name: string, path: string, other: string];

const perform = async (disk: Disk, root: string, [name, path, other]: Step): Promise<unknown> => {
  const [full, otherFull] = [`${root}/${path}`, `${root}/${other}`];
  try {
    if (name === 'look') {
      const entry = await disk.look(full);
      return entry && [entry.kind, entry.kind === 'folder' || entry.sizeBytes];
    }
    if (name === 'create') {
      const handle = await disk.create(full);
      await handle.write(Buffer.from(other));
      await handle.setMode(0o644);
      return await handle.close();
    }
    if (name === 'read') {
      const handle = await disk.open(full);
      return await handle
        .read(100)
        .then((bytes) => Buffer.from(bytes).toString())
        .finally(() => handle.close());
    }
    if (name === 'list') return await disk.list(full);
    if (name === 'readLink') return await disk.readLink(full);
    if (name === 'makeFolder') return await disk.makeFolder(full);
    if (name === 'makeLink') return await disk.makeLink(other, full);
    if (name === 'rename') return await disk.rename(full, otherFull);
    return await disk[name === 'removeFile' ? 'removeFile' : 'removeFolder'](full);
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

const NAMES = [
  'look',
  'create',
  'read',
  'list',
  'readLink',
  'makeFolder',
  'makeLink',
  'rename',
  'removeFile',
  'removeFolder',
];

test('any steps give the same answers and failures in memory and on disk', async () => {
  const step = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...PATHS), fc.constantFrom(...PATHS));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), (steps) =>
      inTemporaryFolder(async (folder) => {
        const memory = new MemoryDisk();
        for (const one of steps) {
          const real = await perform(nodeDisk, folder, one);
          const modelled = await perform(memory, '/root', one);
          assert.equal(modelled, real, one.join(' '));
        }
      }),
    ),
    { numRuns: 150 },
  );
});

test('a link is never opened, a pipe never waits, and a file beyond the limit is not read', () =>
  inTemporaryFolder(async (folder) => {
    await nodeDisk.makeLink('/etc/passwd', `${folder}/link`);
    const failed = await nodeDisk.open(`${folder}/link`).catch((error) => error.code);
    assert.is(failed, 'ELOOP');
    const handle = await nodeDisk.create(`${folder}/file`);
    await handle.write(Buffer.alloc(10));
    await handle.close();
    const reading = await nodeDisk.open(`${folder}/file`);
    assert.is(await reading.read(9).catch((error) => error.code), 'EFBIG');
    await reading.close();
  }));

test.run();
