// A real folder as plain data, and back: the same form as trees on a disk in memory.
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tree, TreeEntry } from './memory-disk.ts';

/** Makes an empty folder, gives it to `use` and removes it. */
export const inTemporaryFolder = async <Value>(use: (folder: string) => Promise<Value>): Promise<Value> => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Reads a folder; owners are left out, so that a test need not be root. */
export const readTree = (folder: string): Tree =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readEntry(join(folder, name))]),
  );

const readEntry = (path: string): TreeEntry => {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return { kind: 'link', target: readlinkSync(path) };
  const mode = stats.mode & 0o7777;
  if (stats.isDirectory()) return { kind: 'folder', mode, tree: readTree(path) };
  return { kind: 'file', mode, content: readFileSync(path, 'latin1') };
};

/** Writes a tree into a folder that exists. */
export const writeTree = (folder: string, tree: Tree): void => {
  for (const [name, entry] of Object.entries(tree)) {
    const path = join(folder, name);
    if (entry.kind === 'link') symlinkSync(entry.target, path);
    else if (entry.kind === 'file') writeFileSync(path, entry.content, 'latin1');
    else {
      mkdirSync(path);
      writeTree(path, entry.tree);
    }
    if (entry.kind !== 'link') chmodSync(path, entry.mode);
  }
};

/** Makes everything below the folder old enough to be swept. */
export const ageTree = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (lstatSync(path).isDirectory()) ageTree(path);
    lutimesSync(path, 0, 0);
  }
};
