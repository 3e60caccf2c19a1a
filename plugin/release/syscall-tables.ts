// Makes src/profile/syscalls.generated.json: every system call's number on each of libseccomp's architectures, asked of
// libseccomp itself, with the version that first knew it, and held against the kernel's own headers. Run it so:
//   node --import tsx plugin/release/syscall-tables.ts HEADER UAPI LIBRARY...
// HEADER is usr/include/seccomp-syscalls.h of the newest libseccomp-dev, UAPI is usr/lib/linux/uapi of linux-libc-dev,
// and each LIBRARY a libseccomp.so.2, oldest first; all from Debian packages unpacked with `dpkg -x`. It needs cc.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECCOMP_ARCHITECTURES, type SeccompArchitecture } from '../../src/profile/architectures.ts';

const TARGET = fileURLToPath(new URL('../../src/profile/syscalls.generated.json', import.meta.url));

// Prints `<architecture> <name> <number by name> <number by number>` for all that resolve. The two numbers differ where
// old calls share one number (socketcall, ipc): by name libseccomp then answers with a pseudo number.
const SOURCE = `
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct version { unsigned major, minor, micro; };
int main(int argc, char **argv) {
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library) { fprintf(stderr, "%s\\n", dlerror()); return 1; }
  const struct version *(*version)(void) = dlsym(library, "seccomp_version");
  uint32_t (*arch)(const char *) = dlsym(library, "seccomp_arch_resolve_name");
  int (*number)(uint32_t, const char *) = dlsym(library, "seccomp_syscall_resolve_name_arch");
  char *(*name)(uint32_t, int) = dlsym(library, "seccomp_syscall_resolve_num_arch");
  printf("version %u.%u.%u\\n", version()->major, version()->minor, version()->micro);
  char word[64];
  static char names[2000][64];
  int count = 0;
  while (count < 2000 && scanf("%63s", word) == 1) strcpy(names[count++], word);
  for (int i = 2; i < argc; i++) {
    uint32_t token = arch(argv[i]);
    if (token == 0) continue;
    for (int j = 0; j < count; j++) {
      int found = number(token, names[j]);
      if (found != -1) printf("name %s %s %d\\n", argv[i], names[j], found);
    }
    const int bases[] = {0, 4000, 5000, 6000, 0x40000000};
    for (int b = 0; b < 5; b++) for (int n = 0; n < 1000; n++) {
      char *found = name(token, bases[b] + n);
      if (found) printf("number %s %s %d\\n", argv[i], found, bases[b] + n);
      free(found);
    }
  }
  return 0;
}
`;

interface Table {
  readonly version: string;
  /** Architecture → name → what libseccomp answers to the name. */
  readonly byName: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Architecture → name → the number of its own. */
  readonly byNumber: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const libraryName = (architecture: SeccompArchitecture): string =>
  architecture.slice('SCMP_ARCH_'.length).toLowerCase();

const readTable = (program: string, library: string, names: readonly string[]): Table => {
  const lines = execFileSync(program, [library, ...SECCOMP_ARCHITECTURES.map(libraryName)], {
    input: names.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  }).split('\n');
  const read = (kind: string): Table['byName'] => {
    const found = new Map<string, Map<string, number>>();
    for (const line of lines) {
      const [first, architecture = '', name = '', number] = line.split(' ');
      if (first !== kind) continue;
      const numbers = found.get(architecture) ?? new Map<string, number>();
      found.set(architecture, numbers.set(name, Number(number)));
    }
    return found;
  };
  return { version: lines[0]!.slice('version '.length), byName: read('name'), byNumber: read('number') };
};

/** `-101` to `-120` are parts of socketcall, `-201` to `-224` of ipc (libseccomp src/arch.h, include/seccomp.h). */
const renderPseudo = (number: number): string =>
  number <= -201 && number >= -224
    ? `i${-number - 200}`
    : number <= -101 && number >= -120
      ? `s${-number - 100}`
      : '';

/** Writes one entry as `<number or ->[s<part>|i<part>]`; undefined where the architecture lacks the call. */
const renderEntry = ({ byName, byNumber }: Table, architecture: string, name: string): string | undefined => {
  const answer = byName.get(architecture)?.get(name);
  if (answer === undefined) return undefined;
  if (answer >= 0) return String(answer);
  const numbers = byNumber.get(architecture)!;
  const part = renderPseudo(answer);
  const isShared = part.startsWith('s') ? numbers.has('socketcall') : part !== '' && numbers.has('ipc');
  return isShared ? `${numbers.get(name) ?? '-'}${part}` : undefined;
};

/** Writes what each version answers, only where it is another answer than the version before gave. */
const renderColumn = (
  tables: readonly Table[],
  architecture: SeccompArchitecture,
  names: readonly string[],
): string =>
  names
    .map((name) => {
      const entries = tables.map((table) => renderEntry(table, libraryName(architecture), name));
      const changes = entries.flatMap((entry, version) =>
        entry === undefined || entry === entries[version - 1]
          ? []
          : [`${entry}${version === 0 ? '' : String.fromCharCode(97 + version)}`],
      );
      return changes.join(',') || '-';
    })
    .join(' ');

const HEADERS: Readonly<Partial<Record<SeccompArchitecture, readonly [path: string, base: number]>>> = {
  SCMP_ARCH_X86_64: ['x86/asm/unistd_64.h', 0],
  SCMP_ARCH_X86: ['x86/asm/unistd_32.h', 0],
  SCMP_ARCH_X32: ['x86/asm/unistd_x32.h', 0x40000000],
  SCMP_ARCH_AARCH64: ['arm64/asm/unistd_64.h', 0],
  SCMP_ARCH_ARM: ['arm/asm/unistd-eabi.h', 0],
  SCMP_ARCH_MIPS: ['mips/asm/unistd_o32.h', 4000],
  SCMP_ARCH_MIPS64: ['mips/asm/unistd_n64.h', 5000],
  SCMP_ARCH_MIPS64N32: ['mips/asm/unistd_n32.h', 6000],
  SCMP_ARCH_PPC: ['powerpc/asm/unistd_32.h', 0],
  SCMP_ARCH_PPC64LE: ['powerpc/asm/unistd_64.h', 0],
  SCMP_ARCH_S390X: ['s390/asm/unistd_64.h', 0],
  SCMP_ARCH_RISCV64: ['riscv/asm/unistd_64.h', 0],
  SCMP_ARCH_LOONGARCH64: ['loongarch/asm/unistd_64.h', 0],
};

/** Compares with the kernel's headers; returns what differs, and how many agree. */
const compare = (
  uapi: string,
  { byNumber, byName }: Table,
): { readonly agreed: number; readonly differing: string[] } => {
  let agreed = 0;
  const differing: string[] = [];
  for (const [architecture, [path, base]] of Object.entries(HEADERS)) {
    const short = libraryName(architecture as SeccompArchitecture);
    const text = readFileSync(join(uapi, path), 'utf8');
    for (const [, name = '', offset = '', decimal = ''] of text.matchAll(
      /^#define __NR_(\w+)\s+\(?(__NR_Linux\s*\+|__X32_SYSCALL_BIT\s*\+|__NR_SYSCALL_BASE\s*\+)?\s*(\d+)\)?$/gm,
    )) {
      const wanted = Number(decimal) + (offset === '' ? 0 : base);
      const found = byNumber.get(short)?.get(name) ?? byName.get(short)?.get(name);
      if (found === wanted) agreed += 1;
      else differing.push(`${architecture} ${name}: kernel ${wanted}, libseccomp ${found ?? 'nothing'}`);
    }
  }
  return { agreed, differing };
};

const generate = (header: string, uapi: string, libraries: readonly string[]): void => {
  const names = [...readFileSync(header, 'utf8').matchAll(/^#define __SNR_(\w+)/gm)].map(
    (match) => match[1]!,
  );
  const sorted = [...new Set(names)].sort();
  const folder = mkdtempSync(join(tmpdir(), 'syscall-tables-'));
  try {
    const program = join(folder, 'resolve');
    execFileSync('cc', ['-x', 'c', '-o', program, '-', '-ldl'], { input: SOURCE });
    const tables = libraries.map((library) => readTable(program, library, sorted));
    const { agreed, differing } = compare(uapi, tables.at(-1)!);
    process.stderr.write(
      `${agreed} numbers agree with the kernel's headers\n${differing.map((one) => `${one}\n`).join('')}`,
    );
    const numbers = Object.fromEntries(
      SECCOMP_ARCHITECTURES.map((architecture) => [architecture, renderColumn(tables, architecture, sorted)]),
    );
    const document = {
      about:
        'System calls by libseccomp. numbers: per architecture one entry per name, in the order of names: "-" where it has no such call, otherwise its number; "s5" or "i5" after it (or after "-") where it is part 5 of socketcall or ipc too; a last letter where a later version than the first (a) answers so first.',
      from: 'libseccomp2 of Debian 11 (2.5.1-1+deb11u1), 12 (2.5.4-1+deb12u1, which Debian gave the calls up to Linux 6.7), 13 (2.6.0-2) and sid (2.6.1-1+b2), asked by plugin/release/syscall-tables.ts; names from the newest seccomp-syscalls.h',
      versions: tables.map(({ version }) => version),
      names: sorted.join(' '),
      numbers,
    };
    writeFileSync(TARGET, `${JSON.stringify(document, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const [header, uapi, ...libraries] = process.argv.slice(2);
if (header === undefined || uapi === undefined || libraries.length === 0)
  throw new Error('wanted HEADER UAPI LIBRARY...; see the first lines of this file');
generate(header, uapi, libraries);
