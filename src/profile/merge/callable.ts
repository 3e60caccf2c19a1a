// Which ways of calling exist on a node: others may stand in a profile, but no program on that node can use them.
import { nativeOf, type SeccompArchitecture } from '../architectures.ts';
import type { Architecture } from '../prepared.ts';
import { LIBSECCOMP_VERSIONS, syscallsOf } from '../syscalls.ts';

/** Beside the node's own. Source: the kernel's arch/*, which 32-bit system call tables each of them has. */
const BESIDE: Readonly<Partial<Record<Architecture, readonly SeccompArchitecture[]>>> = {
  amd64: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_ARM'],
  s390x: ['SCMP_ARCH_S390'],
  mips64le: ['SCMP_ARCH_MIPSEL64N32', 'SCMP_ARCH_MIPSEL'],
};

/** Returns the ways of calling that programs on such a node have. */
export const callableOn = (architecture: Architecture): readonly SeccompArchitecture[] => [
  nativeOf(architecture),
  ...(BESIDE[architecture] ?? []),
];

/** Returns the names of the system calls that such a node has in any way of calling, as the newest libseccomp knows them. */
export const syscallsOn = (architecture: Architecture): ReadonlySet<string> =>
  new Set(
    callableOn(architecture).flatMap((one) => [...syscallsOf(one, LIBSECCOMP_VERSIONS.at(-1)!).keys()]),
  );
