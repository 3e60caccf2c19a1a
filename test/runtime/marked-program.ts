// The smallest program that says what a filter did: it makes a directory and marks its exit code, so that it is told
// from the runtime's own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Marks an exit code as the program's: the runtimes' are below it or 255, those of signals are from 128 on. */
const MARK = 0x40;

// Without a libc, so that it needs nothing but execve and its own calls. It makes its directory on a file system of the
// container's own, so that many may run at once.
const SOURCE = `
#if defined(__x86_64__)
static long call3(long n, long a, long b, long c) {
  long r;
  __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return r;
}
enum { EXIT_GROUP = 231, MKDIRAT = 258 };
#else
static long call3(long n, long a, long b, long c) {
  register long x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
enum { EXIT_GROUP = 94, MKDIRAT = 34 };
#endif
void _start(void) {
  long code = -call3(MKDIRAT, -100, (long)"/dev/made", 0755);
  call3(EXIT_GROUP, (code & 0x3f) | ${MARK}, 0, 0);
  for (;;) {}
}
`;

/** Makes a container's root file system in a folder, whose only program is `/program`; returns its path. */
export const makeMarkedRootfs = (folder: string): string => {
  const rootfs = join(folder, 'rootfs');
  for (const name of ['proc', 'dev']) mkdirSync(join(rootfs, name), { recursive: true });
  const source = join(folder, 'program.c');
  writeFileSync(source, SOURCE);
  const options = ['-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-O1'];
  execFileSync('cc', [...options, '-o', join(rootfs, 'program'), source]);
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
