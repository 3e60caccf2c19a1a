// The smallest program that says what a filter did: it makes a directory and marks its exit code, so that it is told
// from the runtime's own.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileBare, SPIN } from './bare-program.ts';

/** Marks an exit code as the program's: the runtimes' are below it or 255, those of signals are from 128 on. */
const MARK = 0x40;

// It makes its directory on a file system of the container's own, so that many may run at once.
const PROGRAM = `
  long code = -call3(MKDIRAT, -100, (long)"/dev/made", 0755);
  call3(EXIT_GROUP, (code & 0x3f) | ${MARK}, 0, 0);`;

/** Makes a container's root file system in a folder, with `/program` and with `/spin`, which never ends; returns its path. */
export const makeMarkedRootfs = (folder: string): string => {
  const rootfs = join(folder, 'rootfs');
  for (const name of ['proc', 'dev']) mkdirSync(join(rootfs, name), { recursive: true });
  compileBare(join(rootfs, 'program'), PROGRAM);
  compileBare(join(rootfs, 'spin'), SPIN);
  return rootfs;
};

/** What became of a container. */
export interface MarkedOutcome {
  /** The runtime's own, which is the program's where one ran; 128 and more after a signal. */
  readonly code: number;
  readonly output: string;
  /** The lower 6 bits of the errno that making a directory gave, 0 where it was made or said to be; absent where no program ran to its end. */
  readonly marker?: number;
}

/** Reads the mark out of what a runtime gave back. */
export const readMark = ({ code, output }: { code: number; output: string }): MarkedOutcome => {
  const isMarked = code >= MARK && code < 2 * MARK;
  return { code, output, ...(isMarked && { marker: code - MARK }) };
};
