// The tables of system calls, held against numbers that never change and against the kernel's headers of this machine.
import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECCOMP_ARCHITECTURES, type SeccompArchitecture } from '../../../src/profile/architectures.ts';
import {
  LIBSECCOMP_VERSIONS,
  SYSCALL_NAMES,
  syscallsOf,
  tableVersionOf,
} from '../../../src/profile/syscalls.ts';

const test = suite('src/profile/syscalls');
const newest = LIBSECCOMP_VERSIONS.at(-1)!;

test('every architecture of libseccomp has its table', () => {
  for (const architecture of SECCOMP_ARCHITECTURES) {
    const syscalls = syscallsOf(architecture, newest);
    assert.ok(syscalls.size > 300, `${architecture}: ${syscalls.size}`);
    // s390's 0 and the offsets of mips and x32 are what goes wrong first.
    assert.type(syscalls.get('read')?.number, 'number', architecture);
    assert.type(syscalls.get('openat')?.number, 'number', architecture);
  }
  assert.is(SYSCALL_NAMES.length, new Set(SYSCALL_NAMES).size);
});

test('numbers that never change', () => {
  const numberOf = (architecture: SeccompArchitecture, name: string): number | undefined =>
    syscallsOf(architecture, newest).get(name)?.number;
  assert.is(numberOf('SCMP_ARCH_X86_64', 'read'), 0);
  assert.is(numberOf('SCMP_ARCH_X86_64', 'clone3'), 435);
  assert.is(numberOf('SCMP_ARCH_X86', 'open'), 5);
  assert.is(numberOf('SCMP_ARCH_X32', 'execve'), 0x40000000 + 520);
  assert.is(numberOf('SCMP_ARCH_AARCH64', 'openat'), 56);
  assert.is(numberOf('SCMP_ARCH_MIPSEL64', 'read'), 5000);
  assert.is(numberOf('SCMP_ARCH_AARCH64', 'open'), undefined);
});

test('a part of socketcall or ipc is known as one, with and without a number of its own', () => {
  const x86 = syscallsOf('SCMP_ARCH_X86', newest);
  assert.equal(x86.get('socket'), { number: 359, part: { of: 'socketcall', index: 1 } });
  assert.equal(x86.get('recv'), { part: { of: 'socketcall', index: 10 } });
  assert.equal(x86.get('semop'), { part: { of: 'ipc', index: 1 } });
  assert.equal(syscallsOf('SCMP_ARCH_X86_64', newest).get('socket'), { number: 41 });
});

test('an older version knows fewer calls, and less of one that it has', () => {
  const names = (version: string): number => syscallsOf('SCMP_ARCH_X86_64', version).size;
  const counts = LIBSECCOMP_VERSIONS.map(names);
  assert.equal(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  assert.is(syscallsOf('SCMP_ARCH_X86_64', '2.5.4').get('mseal'), undefined);
  assert.equal(syscallsOf('SCMP_ARCH_X86_64', '2.6.0').get('mseal'), { number: 462 });
  assert.is(syscallsOf('SCMP_ARCH_LOONGARCH64', '2.5.4').size, 0);
  assert.equal(syscallsOf('SCMP_ARCH_MIPS', '2.5.1').get('socket'), { number: 4183 });
  assert.equal(syscallsOf('SCMP_ARCH_MIPS', '2.5.4').get('socket')?.part, { of: 'socketcall', index: 1 });
});

test('a version between two has the table of the older one', () => {
  assert.is(tableVersionOf('2.5.1'), '2.5.1');
  assert.is(tableVersionOf('2.5.3'), '2.5.1');
  assert.is(tableVersionOf('2.5.10'), '2.5.4');
  assert.is(tableVersionOf('2.6'), '2.6.0');
  assert.is(tableVersionOf('3.0.0'), newest);
  assert.is(tableVersionOf('2.4.9'), undefined);
});

const headers = '/usr/include/x86_64-linux-gnu/asm';
if (existsSync(headers)) {
  for (const [file, architecture, base] of [
    ['unistd_64.h', 'SCMP_ARCH_X86_64', 0],
    ['unistd_32.h', 'SCMP_ARCH_X86', 0],
    ['unistd_x32.h', 'SCMP_ARCH_X32', 0x40000000],
  ] as const) {
    test(`the kernel's ${file} agrees`, () => {
      const syscalls = syscallsOf(architecture, newest);
      const defined = [
        ...readFileSync(`${headers}/${file}`, 'utf8').matchAll(
          /^#define __NR_(\w+) (?:\(__X32_SYSCALL_BIT \+ )?(\d+)\)?$/gm,
        ),
      ];
      assert.ok(defined.length > 300);
      for (const [, name = '', number] of defined)
        assert.is(
          syscalls.get(name)?.number ?? 'part',
          syscalls.get(name)?.number === undefined ? 'part' : Number(number) + base,
          name,
        );
      // Only calls that have no number at all may be parts alone.
      assert.equal(
        defined.filter(([, name = '']) => syscalls.get(name)?.number === undefined),
        [],
      );
    });
  }
}

test.run();
