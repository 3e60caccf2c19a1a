// The programs of the machine that the test cluster is made with: asked for before anything begins, so that what is
// missing is named at once and with its remedy.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAMS = [
  'busybox',
  'cp',
  'ip',
  'iptables',
  'ldd',
  'nsenter',
  'openssl',
  'strip',
  'tar',
  'umount',
  'unshare',
];

/** Says whether a program is on the PATH. */
export const isOnPath = (program: string, path = process.env.PATH ?? ''): boolean =>
  path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Throws, naming all of them, where programs are missing. */
export const requirePrograms = (programs: readonly string[] = PROGRAMS): void => {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length === 0) return;
  const remedy = 'on Debian: apt-get install $(cat test/cluster/debian-packages.txt)';
  throw new Error(`the test cluster needs ${missing.join(', ')}; ${remedy}`);
};
