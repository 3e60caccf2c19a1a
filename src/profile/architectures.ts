// Architectures by their three names: Go's (nodes, --arch), seccomp's (profiles) and Docker's (includes, excludes).
import type { Architecture } from './prepared.ts';
import { didYouMean } from './suggest.ts';

type Endianness = 'little' | 'big';

/** What runc knows (libcontainer/seccomp/config.go), with the byte order that libseccomp gives it. */
const ENDIANNESS = {
  SCMP_ARCH_X86: 'little',
  SCMP_ARCH_X86_64: 'little',
  SCMP_ARCH_X32: 'little',
  SCMP_ARCH_ARM: 'little',
  SCMP_ARCH_AARCH64: 'little',
  SCMP_ARCH_MIPS: 'big',
  SCMP_ARCH_MIPS64: 'big',
  SCMP_ARCH_MIPS64N32: 'big',
  SCMP_ARCH_MIPSEL: 'little',
  SCMP_ARCH_MIPSEL64: 'little',
  SCMP_ARCH_MIPSEL64N32: 'little',
  SCMP_ARCH_PPC: 'big',
  SCMP_ARCH_PPC64: 'big',
  SCMP_ARCH_PPC64LE: 'little',
  SCMP_ARCH_S390: 'big',
  SCMP_ARCH_S390X: 'big',
  SCMP_ARCH_RISCV64: 'little',
  SCMP_ARCH_LOONGARCH64: 'little',
} as const satisfies Record<string, Endianness>;

export type SeccompArchitecture = keyof typeof ENDIANNESS;

export const SECCOMP_ARCHITECTURES = Object.keys(ENDIANNESS) as readonly SeccompArchitecture[];

export const isSeccompArchitecture = (text: string): text is SeccompArchitecture =>
  Object.hasOwn(ENDIANNESS, text);

/** Named by the runtime specification or by SPO's CRD, but refused by every runc, and by crun but for SH. */
export const UNUSABLE_ARCHITECTURES: readonly string[] = [
  'SCMP_ARCH_NATIVE',
  'SCMP_ARCH_PARISC',
  'SCMP_ARCH_PARISC64',
  'SCMP_ARCH_M68K',
  'SCMP_ARCH_SH',
  'SCMP_ARCH_SHEB',
];

/** Those that not every runtime in use knows, and which ones refuse a profile that names them. */
const LATE: Readonly<Partial<Record<SeccompArchitecture, string>>> = {
  SCMP_ARCH_RISCV64: 'runc 1.1.5 and older',
  SCMP_ARCH_LOONGARCH64: 'runc up to 1.2 and libseccomp before 2.6',
};

/** Says who refuses a profile because of a known architecture; undefined where nobody does. */
export const whoRefusesArchitecture = (name: SeccompArchitecture): string | undefined => LATE[name];

interface Names {
  readonly seccomp: SeccompArchitecture;
  /** What Docker and CRI-O compare `includes.arches` and `excludes.arches` with (libseccomp's name). */
  readonly docker: string;
}

const NAMES: Readonly<Record<Architecture, Names>> = {
  amd64: { seccomp: 'SCMP_ARCH_X86_64', docker: 'amd64' },
  arm64: { seccomp: 'SCMP_ARCH_AARCH64', docker: 'arm64' },
  arm: { seccomp: 'SCMP_ARCH_ARM', docker: 'arm' },
  '386': { seccomp: 'SCMP_ARCH_X86', docker: 'x86' },
  ppc64le: { seccomp: 'SCMP_ARCH_PPC64LE', docker: 'ppc64le' },
  s390x: { seccomp: 'SCMP_ARCH_S390X', docker: 's390x' },
  riscv64: { seccomp: 'SCMP_ARCH_RISCV64', docker: 'riscv64' },
  loong64: { seccomp: 'SCMP_ARCH_LOONGARCH64', docker: 'loong64' },
  mips64le: { seccomp: 'SCMP_ARCH_MIPSEL64', docker: 'mipsel64' },
};

/** All node architectures, in the order that builds are listed in. */
export const ARCHITECTURES = [
  'amd64',
  'arm64',
  'arm',
  '386',
  'ppc64le',
  's390x',
  'riscv64',
  'loong64',
  'mips64le',
] as const;

/** Docker's names as they may stand in `arches`; some match no node of Kubernetes but do no harm. */
export const DOCKER_ARCHITECTURES: readonly string[] = [
  ...[
    'x86',
    'amd64',
    'x32',
    'arm',
    'arm64',
    'mips',
    'mips64',
    'mips64n32',
    'mipsel',
    'mipsel64',
    'mipsel64n32',
  ],
  ...[
    'mips3l64n32',
    'mipsle',
    'parisc',
    'parisc64',
    'ppc',
    'ppc64',
    'ppc64le',
    's390',
    's390x',
    'riscv64',
    'loong64',
  ],
  'loongarch64',
];

/** Returns the architecture that a filter on such a node always covers. */
export const nativeOf = (architecture: Architecture): SeccompArchitecture => NAMES[architecture].seccomp;

/** Returns the name that Docker's conditions use for such a node. */
export const dockerNameOf = (architecture: Architecture): string => NAMES[architecture].docker;

/** Says whether a filter for such a node can hold `listed`: libseccomp refuses to mix byte orders. */
export const hasSameEndianness = (architecture: Architecture, listed: SeccompArchitecture): boolean =>
  ENDIANNESS[nativeOf(architecture)] === ENDIANNESS[listed];

const ALIASES: Readonly<Record<string, Architecture>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  x64: 'amd64',
  aarch64: 'arm64',
  arm64v8: 'arm64',
  armv7: 'arm',
  armv7l: 'arm',
  armhf: 'arm',
  i386: '386',
  i686: '386',
  x86: '386',
  ppc64el: 'ppc64le',
  riscv: 'riscv64',
  loongarch64: 'loong64',
  mipsel64: 'mips64le',
};

/** Returns the node architecture that is meant by another system's name for it. */
export const architectureByAlias = (text: string): Architecture | undefined => {
  const lower = text.toLowerCase();
  if (Object.hasOwn(NAMES, lower)) return lower as Architecture;
  return Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined;
};

/** Returns the seccomp architecture that a text names but for its case and prefix, or as another system does. */
export const seccompArchitectureMeantBy = (text: string): SeccompArchitecture | undefined => {
  const prefixed = `SCMP_ARCH_${text.toUpperCase().replace(/^(SCMP_)?ARCH_/, '')}`;
  if (isSeccompArchitecture(prefixed)) return prefixed;
  const alias = architectureByAlias(text);
  return alias === undefined ? undefined : nativeOf(alias);
};

/** Renders the tail of a message about an unknown seccomp architecture. */
export const hintForSeccompArchitecture = (text: string): string => {
  const meant = seccompArchitectureMeantBy(text);
  if (meant !== undefined) return `; did you mean ${meant}?`;
  return (
    didYouMean(text, SECCOMP_ARCHITECTURES) || `; wanted a name such as SCMP_ARCH_X86_64 or SCMP_ARCH_AARCH64`
  );
};

/** Renders the tail of a message about a name that `arches` never matches. */
export const hintForDockerArchitecture = (text: string): string => {
  const lower = text.toLowerCase();
  const alias = architectureByAlias(lower.replace(/^scmp_arch_/, ''));
  if (DOCKER_ARCHITECTURES.includes(lower)) return `; did you mean ${lower}?`;
  if (alias !== undefined) return `; did you mean ${dockerNameOf(alias)}?`;
  return didYouMean(text, DOCKER_ARCHITECTURES) || '; wanted a name such as amd64, arm64 or x86';
};
