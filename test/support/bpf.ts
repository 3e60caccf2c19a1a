// Runs a classic BPF program as the kernel's seccomp does (kernel/seccomp.c, net/core/filter.c), to learn what a real
// filter says without asking the kernel a million times.
import type { SeccompArchitecture } from '../../src/profile/architectures.ts';
import type { Call } from '../../src/profile/evaluate.ts';
import type { Outcome } from '../../src/profile/resolve.ts';

export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** AUDIT_ARCH_* of linux/audit.h, as far as filters of this machine are asked about them. */
export const AUDIT_ARCHITECTURES: Readonly<Partial<Record<SeccompArchitecture, number>>> = {
  SCMP_ARCH_X86_64: 0xc000003e,
  SCMP_ARCH_X32: 0xc000003e,
  SCMP_ARCH_X86: 0x40000003,
  SCMP_ARCH_AARCH64: 0xc00000b7,
  SCMP_ARCH_ARM: 0x40000028,
  SCMP_ARCH_RISCV64: 0xc00000f3,
  SCMP_ARCH_MIPSEL: 0x40000008,
  SCMP_ARCH_MIPSEL64: 0xc0000008,
  SCMP_ARCH_MIPSEL64N32: 0xe0000008,
  SCMP_ARCH_PPC64LE: 0xc0000015,
};

const CODES: Readonly<Record<Outcome['action'], number>> = {
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_TRAP: 0x30000,
  SCMP_ACT_ERRNO: 0x50000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

const ACTIONS_BY_CODE = new Map(
  (Object.keys(CODES) as Outcome['action'][]).map((action) => [CODES[action], action] as const),
);

/** Returns what a filter returns to the kernel for an outcome. */
export const codeOf = ({ action, errno = 0 }: Outcome): number => CODES[action] + errno;

/** Returns what a filter's answer means; an action that this kernel does not know kills the process. */
export const outcomeOfCode = (code: number): Outcome => {
  const action = ACTIONS_BY_CODE.get((code & 0xffff0000) >>> 0) ?? 'SCMP_ACT_KILL_PROCESS';
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'
    ? { action, errno: code & 0xffff }
    : { action };
};

/** Parses a program as the kernel hands it out on a little-endian machine: eight bytes an instruction. */
export const parseProgram = (content: Uint8Array): readonly Instruction[] => {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Array.from({ length: content.byteLength / 8 }, (_, index) => ({
    code: view.getUint16(index * 8, true),
    jt: view.getUint8(index * 8 + 2),
    jf: view.getUint8(index * 8 + 3),
    k: view.getUint32(index * 8 + 4, true),
  }));
};

/** Runs a program on one call and returns its 32-bit answer; throws on an instruction that libseccomp never writes. */
export const runProgram = (program: readonly Instruction[], { architecture, number, args }: Call): number => {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, AUDIT_ARCHITECTURES[architecture]!, true);
  for (const [index, value] of args.entries()) data.setBigUint64(16 + index * 8, value, true);
  const memory = new Uint32Array(16);
  let a = 0;
  for (let at = 0; ; at += 1) {
    const { code, jt, jf, k } = program[at]!;
    if (code === 0x20) a = data.getUint32(k, true);
    else if (code === 0x00) a = k;
    else if (code === 0x02) memory[k] = a;
    else if (code === 0x60) a = memory[k]!;
    else if (code === 0x54) a = (a & k) >>> 0;
    else if (code === 0x05) at += k;
    else if (code === 0x15) at += a === k ? jt : jf;
    else if (code === 0x25) at += a > k ? jt : jf;
    else if (code === 0x35) at += a >= k ? jt : jf;
    else if (code === 0x45) at += (a & k) !== 0 ? jt : jf;
    else if (code === 0x06) return k;
    else throw new Error(`an instruction 0x${code.toString(16)} at ${at}`);
  }
};
