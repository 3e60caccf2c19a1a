// The only way to a node's disk. One method is one file-system call (`look`, `read` and `write` a few), so that tests
// can record, interrupt and fail each. Nothing here follows a link in a path's last component.
import { constants, type Stats } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rmdir,
  symlink,
  unlink,
} from 'node:fs/promises';

export interface Entry {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** The permission bits with setuid, setgid and sticky: 12 bits. */
  readonly mode: number;
  readonly uid: number;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

export interface Handle {
  /** Reads all; throws EFBIG beyond the limit, so that a planted file cannot exhaust the memory. */
  read(limitBytes: number): Promise<Uint8Array>;
  /** Writes all, at the end of what was written before. */
  write(content: Uint8Array): Promise<void>;
  setMode(mode: number): Promise<void>;
  /** To the user and group that this process runs as. */
  takeOwnership(): Promise<void>;
  /** Makes durable: a file's content and mode, a folder's mode and its names. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Failures are Node's own errors with a `code` such as ENOSPC. */
export interface Disk {
  /** Undefined where nothing is. */
  look(path: string): Promise<Entry | undefined>;
  readLink(path: string): Promise<string>;
  /** Names, sorted by code unit. */
  list(folder: string): Promise<string[]>;
  /** Opens an existing file or folder for reading; a link is refused with ELOOP, a pipe does not block. */
  open(path: string): Promise<Handle>;
  /** Creates a file with mode 0600; whatever is there already, also a link, is refused with EEXIST. */
  create(path: string): Promise<Handle>;
  /** Creates a folder with mode 0700. */
  makeFolder(path: string): Promise<void>;
  makeLink(target: string, path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
}

/** This machine's disk. */
export const nodeDisk: Disk = {
  async look(path) {
    try {
      const found = await lstat(path);
      return {
        kind: kindOf(found),
        mode: found.mode & 0o7777,
        uid: found.uid,
        sizeBytes: found.size,
        mtimeMs: found.mtimeMs,
      };
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    }
  },
  readLink: (path) => readlink(path),
  list: async (folder) => (await readdir(folder)).sort(),
  open: async (path) =>
    handleOf(await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)),
  create: async (path) =>
    handleOf(
      await open(
        path,
        constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
        0o600,
      ),
    ),
  makeFolder: async (path) => {
    await mkdir(path, 0o700);
  },
  makeLink: (target, path) => symlink(target, path),
  rename: (from, to) => rename(from, to),
  removeFile: (path) => unlink(path),
  removeFolder: (path) => rmdir(path),
};

const kindOf = (found: Stats): Entry['kind'] => {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : 'other';
};

const handleOf = (file: FileHandle): Handle => ({
  async read(limitBytes) {
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    // The size that the file system states is not asked: files below /proc have none.
    for (;;) {
      const piece = new Uint8Array(Math.min(65_536, limitBytes + 1 - sizeBytes));
      const { bytesRead } = await file.read(piece, 0, piece.length);
      if (bytesRead === 0) return Buffer.concat(pieces, sizeBytes);
      sizeBytes += bytesRead;
      if (sizeBytes > limitBytes)
        throw Object.assign(new Error(`EFBIG: more than ${limitBytes} bytes`), { code: 'EFBIG' });
      pieces.push(piece.subarray(0, bytesRead));
    }
  },
  async write(content) {
    for (let written = 0; written < content.length; ) {
      written += (await file.write(content, written, content.length - written)).bytesWritten;
    }
  },
  setMode: (mode) => file.chmod(mode),
  takeOwnership: () => file.chown(process.getuid?.() ?? 0, process.getgid?.() ?? 0),
  sync: () => file.sync(),
  close: () => file.close(),
});

/** Tells whether something thrown is a file-system error with one of these codes. */
export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
