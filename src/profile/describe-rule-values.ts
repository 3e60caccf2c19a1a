// The names that programmers know argument values by: flags of clone, socket families, ioctl requests … (Linux uapi
// headers). Only where a number has the same meaning on every architecture that nodes have, or nearly so.

/**
 * Returns the name of an argument's value, e.g. `AF_VSOCK`, or of its flags, e.g. `CLONE_NEWNS|CLONE_NEWPID`; undefined
 * where it has none, or where a flag is unknown.
 */
export const nameOfValue = (syscall: string, index: number, value: bigint): string | undefined => {
  const words = WORDS[`${syscall} ${index}`];
  if (words === undefined) return undefined;
  const exact = words.values.find(([known]) => known === value);
  if (exact !== undefined || !words.isFlags) return exact?.[1];
  const flags = words.values.filter(([flag]) => flag !== 0n && (value & flag) === flag);
  const rest = flags.reduce((left, [flag]) => left & ~flag, value);
  return rest === 0n && flags.length > 0 ? flags.map(([, name]) => name).join('|') : undefined;
};

/** All flags by which clone, unshare and setns make or enter namespaces, but for CLONE_NEWTIME. */
export const NAMESPACE_FLAGS = 0x7e02_0000n;
export const CLONE_NEWUSER = 0x1000_0000n;

interface Words {
  readonly values: readonly (readonly [value: bigint, name: string])[];
  readonly isFlags: boolean;
}

const words = (prefix: string, text: string, isFlags = false): Words => ({
  values: text.split(' ').map((one) => {
    const [name, value] = one.split('=') as [string, string];
    return [BigInt(value), `${prefix}${name}`] as const;
  }),
  isFlags,
});

const CLONE = words(
  'CLONE_',
  'NEWNS=0x20000 NEWCGROUP=0x2000000 NEWUTS=0x4000000 NEWIPC=0x8000000 NEWUSER=0x10000000 NEWPID=0x20000000 NEWNET=0x40000000 NEWTIME=0x80',
  true,
);
const FAMILIES = words(
  'AF_',
  'UNSPEC=0 UNIX=1 INET=2 AX25=3 IPX=4 APPLETALK=5 X25=9 INET6=10 KEY=15 NETLINK=16 PACKET=17 RDS=21 PPPOX=24 LLC=26 CAN=29 TIPC=30 BLUETOOTH=31 RXRPC=33 PHONET=35 CAIF=37 ALG=38 NFC=39 VSOCK=40 KCM=41 QIPCRTR=42 SMC=43 XDP=44',
);
const PROTECTION = words('PROT_', 'NONE=0 READ=1 WRITE=2 EXEC=4', true);
const MODE = words('S_', 'ISUID=0o4000 ISGID=0o2000 ISVTX=0o1000', true);

const WORDS: Readonly<Record<string, Words>> = {
  // 0x80 is CLONE_NEWTIME for unshare and setns only; for clone it lies in the number of the signal.
  'clone 0': { ...CLONE, values: CLONE.values.filter(([flag]) => flag !== 0x80n) },
  // s390 has the flags there.
  'clone 1': { ...CLONE, values: CLONE.values.filter(([flag]) => flag !== 0x80n) },
  'unshare 0': CLONE,
  'setns 1': CLONE,
  'socket 0': FAMILIES,
  'socketpair 0': FAMILIES,
  'socket 1': words('SOCK_', 'STREAM=1 DGRAM=2 RAW=3 SEQPACKET=5 PACKET=10'),
  'personality 0': words(
    '',
    'PER_LINUX=0 PER_LINUX32=8 UNAME26=0x20000 UNAME26|PER_LINUX32=0x20008 ADDR_NO_RANDOMIZE=0x40000 READ_IMPLIES_EXEC=0x400000 query=0xffffffff',
  ),
  'ioctl 1': words(
    '',
    'TCGETS=0x5401 TCSETS=0x5402 TCSETSW=0x5403 TIOCSCTTY=0x540e TIOCGPGRP=0x540f TIOCSPGRP=0x5410 TIOCSTI=0x5412 TIOCGWINSZ=0x5413 TIOCSWINSZ=0x5414 FIONREAD=0x541b TIOCLINUX=0x541c TIOCSETD=0x5423 FIONBIO=0x5421 FIONCLEX=0x5450 FIOCLEX=0x5451 SIOCGIFCONF=0x8912 SIOCGIFFLAGS=0x8913 SIOCGIFADDR=0x8915 KVM_CREATE_VM=0xae01',
  ),
  'prctl 0': words(
    'PR_',
    'SET_PDEATHSIG=1 GET_PDEATHSIG=2 GET_DUMPABLE=3 SET_DUMPABLE=4 GET_KEEPCAPS=7 SET_KEEPCAPS=8 SET_NAME=15 GET_NAME=16 GET_SECCOMP=21 SET_SECCOMP=22 CAPBSET_READ=23 CAPBSET_DROP=24 SET_SECUREBITS=28 SET_MM=35 SET_CHILD_SUBREAPER=36 SET_NO_NEW_PRIVS=38 GET_NO_NEW_PRIVS=39 SET_THP_DISABLE=41 CAP_AMBIENT=47 SET_VMA=0x53564d41 SET_PTRACER=0x59616d61',
  ),
  'fcntl 1': words(
    'F_',
    'DUPFD=0 GETFD=1 SETFD=2 GETFL=3 SETFL=4 GETLK=5 SETLK=6 SETLKW=7 SETOWN=8 GETOWN=9 SETLEASE=1024 GETLEASE=1025 NOTIFY=1026 DUPFD_CLOEXEC=1030 SETPIPE_SZ=1031 GETPIPE_SZ=1032 ADD_SEALS=1033 GET_SEALS=1034',
  ),
  'mmap 2': PROTECTION,
  'mmap2 2': PROTECTION,
  'mprotect 2': PROTECTION,
  'pkey_mprotect 2': PROTECTION,
  'chmod 1': MODE,
  'fchmod 1': MODE,
  'fchmodat 2': MODE,
  'fchmodat2 2': MODE,
  'madvise 2': words('MADV_', 'NORMAL=0 RANDOM=1 SEQUENTIAL=2 WILLNEED=3 DONTNEED=4 FREE=8 HUGEPAGE=14'),
};
