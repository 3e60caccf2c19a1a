// The few steps on files and folders that every operation is made of. None of them follows a link.
import { type Disk, type Handle, hasCode } from './disk.ts';

export const FILE_MODE = 0o644;
export const FOLDER_MODE = 0o755;

const withHandle = async <Value>(
  opening: Promise<Handle>,
  use: (handle: Handle) => Promise<Value>,
): Promise<Value> => {
  const handle = await opening;
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
};

/** Reads a file whole; throws EFBIG above the limit, ELOOP for a link. */
export const readFile = (disk: Disk, path: string, limitBytes: number): Promise<Uint8Array> =>
  withHandle(disk.open(path), (handle) => handle.read(limitBytes));

/** Writes a new file with mode 0644, whatever the umask, and makes its content durable; its name is not yet. */
export const writeNewFile = (disk: Disk, path: string, content: Uint8Array): Promise<void> =>
  withHandle(disk.create(path), async (handle) => {
    await handle.write(content);
    await handle.setMode(FILE_MODE);
    await handle.sync();
  });

/** Makes a folder's names and renames in it durable. */
export const syncFolder = (disk: Disk, path: string): Promise<void> =>
  withHandle(disk.open(path), (handle) => handle.sync());

/** Gives a folder its mode, whatever the umask, and makes that and its names durable. */
export const finishFolder = (disk: Disk, path: string, mode = FOLDER_MODE): Promise<void> =>
  withHandle(disk.open(path), async (handle) => {
    await handle.setMode(mode);
    await handle.sync();
  });

/** Removes a file, a link or a folder with all in it; what somebody else removed meanwhile is no error. */
export const removeTree = async (disk: Disk, path: string): Promise<void> => {
  const entry = await disk.look(path);
  if (entry === undefined) return;
  try {
    if (entry.kind !== 'folder') return await disk.removeFile(path);
    for (const name of await disk.list(path)) await removeTree(disk, `${path}/${name}`);
    await disk.removeFolder(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
};

/** Lists a folder; one that somebody else took away meanwhile has no names. */
export const listNames = async (disk: Disk, path: string): Promise<string[]> => {
  try {
    return await disk.list(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
};

/** Runs an effect; false where it failed with one of these codes, which say that somebody else was there first. */
export const succeeds = async (effect: Promise<void>, ...codes: string[]): Promise<boolean> => {
  try {
    await effect;
    return true;
  } catch (error) {
    if (hasCode(error, ...codes)) return false;
    throw error;
  }
};
