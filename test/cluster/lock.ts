// Keeps two processes from starting or sweeping the same cluster at once. A dead owner's lock counts for nothing.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Returns a process's start in ticks since boot: with its pid it names the process, as pids come again. */
const startOf = (pid: string): string | undefined => {
  try {
    // The program's name, in parentheses, may hold anything; the start is the 22nd field, the 20th after it.
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
  } catch {
    return undefined;
  }
};

export const lockFileOf = (folder: string): string => `${folder}.lock`;

/** Takes the lock of the cluster in `folder` and returns what gives it back; throws where a live process has it. */
export const lockCluster = (folder: string): (() => void) => {
  const file = lockFileOf(folder);
  const mine = `${process.pid} ${startOf(String(process.pid))}`;
  mkdirSync(dirname(file), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
      const [pid = '', start] = readFileSync(file, 'utf8').split(' ');
      if (start !== undefined && startOf(pid) === start) {
        throw new Error(`process ${pid} is starting or stopping this cluster (${file})`);
      }
      rmSync(file, { force: true });
    }
  }
};
