// The user's files on this machine. Every failure is a SeccompError `file` that names the path.
import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SeccompError } from '../src/error.ts';
import type { Files } from './outside.ts';

/** A folder with links to its own parents would otherwise never end. */
const MAXIMUM_DEPTH = 16;

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ELOOP: 'too many symbolic links',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the file system is read-only',
};

export const localFiles: Files = {
  read: (path, limitBytes) => explain('read', path, () => readWithin(path, limitBytes)),
  list: (folder, { isRecursive }) =>
    explain('read', folder, async () => (await listFiles(folder, '', isRecursive, 1)).sort()),
  listFolder: (folder) => explain('read', folder, () => listFolder(folder)),
  kind: async (path) => {
    try {
      const found = await stat(path);
      return found.isDirectory() ? 'folder' : 'file';
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return 'absent';
      return explain('read', path, () => Promise.reject(thrown));
    }
  },
  resolve: (path) => resolve(path),
  write: (path, content) => explain('write', path, () => writeWhole(path, content)),
};

const readWithin = async (path: string, limitBytes: number): Promise<Uint8Array> => {
  const file = await open(path, 'r');
  try {
    // Read to one byte past the limit instead of trusting the size: a pipe has none and a file may grow.
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for (;;) {
      const buffer = Buffer.allocUnsafe(Math.min(64 * 1024, limitBytes + 1 - sizeBytes));
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return Buffer.concat(pieces);
      sizeBytes += bytesRead;
      if (sizeBytes > limitBytes) {
        throw new SeccompError('file', `"${path}" is larger than the ${limitBytes} bytes that are allowed`);
      }
      pieces.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
};

const listFiles = async (
  root: string,
  below: string,
  isRecursive: boolean,
  depth: number,
): Promise<string[]> => {
  const names = (await readdir(join(root, below))).filter((name) => !name.startsWith('.'));
  const found = await Promise.all(
    names.map(async (name) => {
      const relative = below === '' ? name : `${below}/${name}`;
      const path = join(root, relative);
      // Told of the entry itself: of a whole folder it would say nothing.
      const kind = await explain('read', path, () => stat(path));
      if (kind.isFile()) return [relative];
      if (!kind.isDirectory() || !isRecursive) return [];
      if (depth >= MAXIMUM_DEPTH) {
        throw new SeccompError(
          'file',
          `"${join(root, relative)}" is more than ${MAXIMUM_DEPTH} folders deep`,
        );
      }
      return listFiles(root, relative, isRecursive, depth + 1);
    }),
  );
  return found.flat();
};

const listFolder = async (folder: string): Promise<{ name: string; isFolder: boolean }[]> => {
  const entries = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  // A link counts as what it leads to; one that leads nowhere is as good as absent.
  const found = await Promise.all(
    entries.map(async (name) => {
      const kind = await stat(join(folder, name)).catch(() => undefined);
      return kind ? [{ name, isFolder: kind.isDirectory() }] : [];
    }),
  );
  return found.flat();
};

const writeWhole = async (path: string, content: Uint8Array): Promise<void> => {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
};

const codeOf = (thrown: unknown): string | undefined => (thrown as NodeJS.ErrnoException | undefined)?.code;

const explain = async <T>(verb: 'read' | 'write', path: string, body: () => Promise<T>): Promise<T> => {
  try {
    return await body();
  } catch (thrown) {
    if (thrown instanceof SeccompError) throw thrown;
    const code = codeOf(thrown);
    if (code === undefined) throw thrown;
    throw new SeccompError('file', `cannot ${verb} "${path}": ${WORDS[code] ?? code}`, { cause: thrown });
  }
};
