// Keeps new tokens in the kubeconfig file they came from: under kubectl's lock file, by temporary file and rename, with
// the file's mode and owner. A reader sees the old tokens or the new ones.
import { randomUUID } from 'node:crypto';
import { chmod, chown, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { SeccompError } from '../../src/error.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import { parseKubeconfig } from './kubeconfig.ts';
import { setProviderValues } from './kubeconfig-edit.ts';

/** kubectl holds the lock for milliseconds. */
const LOCK_WAIT_MS = 50;
const LOCK_TRIES = 100;

/** Writes values into a user's auth-provider, in the first of the files that has the user. Throws SeccompError. */
export const writeProviderValues = async (
  paths: readonly string[],
  userName: string,
  values: Readonly<Record<string, string>>,
  clock: Clock,
): Promise<void> => {
  const path = await findOrigin(paths, userName);
  // A user whom no file has any more has nothing to be kept for.
  if (path === undefined) return;
  const unlock = await lock(path, clock);
  try {
    const text = await readFile(path, 'utf8');
    await replace(path, setProviderValues(text, userName, values));
  } catch (thrown) {
    throw failed(path, thrown);
  } finally {
    await unlock();
  }
};

const findOrigin = async (paths: readonly string[], userName: string): Promise<string | undefined> => {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
      // As when it is read: files that are not there are passed over. Any other may be the one that has the user.
      if (thrown.code === 'ENOENT') return undefined;
      throw failed(path, thrown);
    });
    const user = text === undefined ? undefined : parseKubeconfig(text, path).users.get(userName);
    if (user !== undefined) return user.authProvider === undefined ? undefined : path;
  }
  return undefined;
};

// The name and the way are client-go's (clientcmd, lockFile), so that neither kubectl nor we undo the other's tokens.
const lock = async (path: string, clock: Clock): Promise<() => Promise<void>> => {
  const name = `${path}.lock`;
  for (let tries = 1; ; tries++) {
    try {
      await (await open(name, 'wx', 0)).close();
      return () => rm(name, { force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw failed(path, thrown);
      if (tries === LOCK_TRIES)
        throw new SeccompError('config', `could not persist new tokens: "${name}" is held by somebody else`, {
          hint: 'Where no kubectl is at work, remove that file, and log in again.',
        });
      await clock.sleep(LOCK_WAIT_MS);
    }
  }
};

const replace = async (path: string, text: string): Promise<void> => {
  // A link to the file stays one.
  const real = await realpath(path);
  const { mode, uid, gid } = await stat(real);
  const temporary = `${real}.${randomUUID()}`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
    // Not with the file's mode from the start: the umask would take from it.
    await chmod(temporary, mode & 0o777);
    const isKept = await keepOwner(temporary, uid, gid);
    if (isKept) await rename(temporary, real);
    else await writeFile(real, text);
  } finally {
    await rm(temporary, { force: true });
  }
};

/** Under sudo the file would become root's otherwise, and its user would be locked out. */
const keepOwner = async (file: string, uid: number, gid: number): Promise<boolean> => {
  const made = await stat(file);
  if (made.uid === uid && made.gid === gid) return true;
  return chown(file, uid, gid).then(
    () => true,
    () => false,
  );
};

const failed = (path: string, thrown: unknown): SeccompError => {
  const why = thrown instanceof SeccompError ? thrown.message : (thrown as NodeJS.ErrnoException).code;
  return new SeccompError('config', `could not persist new tokens in "${path}": ${why}`, {
    hint: 'The file and its folder must be writable, or the next refresh would be refused.',
    cause: thrown,
  });
};
