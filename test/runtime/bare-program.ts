// Programs without a libc, which make no call but their own: whatever else a filter forbids, they can be run under it.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';

/** Declares `call3`, which makes a system call, and the numbers of `EXIT_GROUP` and `MKDIRAT` on this machine. */
const CALLS = `
#if defined(__x86_64__)
static inline long call3(long n, long a, long b, long c) {
  long r;
  __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return r;
}
enum { EXIT_GROUP = 231, MKDIRAT = 258 };
#else
static inline long call3(long n, long a, long b, long c) {
  register long x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
enum { EXIT_GROUP = 94, MKDIRAT = 34 };
#endif
`;

/** Never ends, and makes no call at all. */
export const SPIN = '';

/** Compiles the statements of a program, which then spins. */
export const compileBare = (path: string, statements: string): void => {
  const source = `${path}.c`;
  writeFileSync(source, `${CALLS}void _start(void) { ${statements} for (;;) __asm__ volatile(""); }`);
  const options = ['-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-O1'];
  execFileSync('cc', [...options, '-o', path, source], { stdio: 'pipe' });
  rmSync(source);
};
