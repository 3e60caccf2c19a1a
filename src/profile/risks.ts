// What an attacker gains where a system call goes through: one sentence each, for those that matter. Written for
// containers: most of these calls ask for a capability too, and the sentence says which.
import type { SeccompArchitecture } from './architectures.ts';

/**
 * `dangerous`: it reaches out of the container, or kernel code known for ways out; the runtimes' defaults refuse it.
 * `notable`: it helps an attacker inside the container, or needs a privilege that few containers have.
 */
export interface Risk {
  readonly rank: 'dangerous' | 'notable';
  /** Without the name of the call, e.g. `mounts file systems …`. */
  readonly sentence: string;
  /** The arguments with which it is a risk, where it is none with others: those of x86, see `riskyArguments`. */
  readonly args?: readonly bigint[];
}

/** Returns what is risky about a system call; undefined for the many of which nothing is known. */
export const riskOf = (syscall: string): Risk | undefined => BY_NAME.get(syscall);

/** Returns where a risky call stands among all such, the worst first. */
export const placeAmongRisks = (syscall: string): number => [...BY_NAME.keys()].indexOf(syscall);

/** Returns the arguments with which a call is a risk on an architecture: none are given where any will do. */
export const riskyArguments = (syscall: string, architecture: SeccompArchitecture): readonly bigint[] => {
  const args = riskOf(syscall)?.args ?? [];
  // There clone takes the stack first and the flags second (CONFIG_CLONE_BACKWARDS2).
  const isSwapped = syscall === 'clone' && /^SCMP_ARCH_S390X?$/.test(architecture);
  return isSwapped ? [0n, ...args] : args;
};

const CLONE_NEWUSER = 0x1000_0000n;
const ADDR_NO_RANDOMIZE = 0x4_0000n;
const AF_VSOCK = 40n;
const TIOCSTI = 0x5412n;

type Entry = readonly [names: string, sentence: string, args?: readonly bigint[]];

const DANGEROUS: readonly Entry[] = [
  [
    'init_module finit_module delete_module create_module',
    'loads or removes kernel modules: with CAP_SYS_MODULE the node is taken over',
  ],
  [
    'kexec_load kexec_file_load',
    "starts another kernel in place of the node's: with CAP_SYS_BOOT the node is taken over",
  ],
  [
    'mount umount umount2 move_mount mount_setattr',
    'changes mounts, as root of a new user namespace too: hidden paths reappear, read-only ones become writable',
  ],
  [
    'fsopen fsconfig fsmount fspick open_tree open_tree_attr',
    'mounts by the newer calls, past rules on mount: same gain, and file system code that trusts its input',
  ],
  ['pivot_root', 'replaces the root of the mount namespace: with CAP_SYS_ADMIN a step of many ways out'],
  [
    'bpf',
    'loads programs into the kernel: with CAP_BPF or CAP_SYS_ADMIN they watch and change the whole node, and verifier bugs give its kernel away',
  ],
  [
    'unshare',
    'makes namespaces: in a user namespace of its own a process has all capabilities, and with them reaches kernel code that only root should',
  ],
  [
    'clone',
    'makes namespaces by its flags: in a user namespace of its own a process has all capabilities, and with them reaches kernel code that only root should',
    [CLONE_NEWUSER],
  ],
  [
    'clone3',
    'makes namespaces as clone does, and no filter can tell: its flags lie in memory, where seccomp cannot look',
  ],
  [
    'setns',
    'enters other namespaces that it has a handle of: with CAP_SYS_ADMIN and hostPID those of the node',
  ],
  [
    'open_by_handle_at',
    'opens files by number instead of path: with CAP_DAC_READ_SEARCH any file of the node on the same file system',
  ],
  [
    'io_uring_setup io_uring_enter io_uring_register',
    'opens, reads, writes and connects without a system call for each, so past the other rules of this filter, by code with a record of kernel bugs',
  ],
  [
    'perf_event_open',
    'measures other processes and the kernel, and has often been a way to root through bugs of its own',
  ],
  [
    'userfaultfd',
    'lets a program halt the kernel in the middle of a copy, which turns its race conditions into reliable exploits',
  ],
  [
    'keyctl add_key request_key',
    'reaches keyrings, which belong to user IDs, not to containers: keys of others under the same ID, and a record of kernel bugs',
  ],
  [
    'settimeofday clock_settime clock_settime64 stime',
    "sets the clock, which is the whole node's: with CAP_SYS_TIME certificates, leases and logs of all others go wrong",
  ],
  ['iopl ioperm', 'reads and writes I/O ports: with CAP_SYS_RAWIO the hardware itself'],
  [
    'pciconfig_read pciconfig_write pciconfig_iobase s390_pci_mmio_read s390_pci_mmio_write rtas',
    'talks to devices or firmware directly: with the capability for it, past the kernel',
  ],
];

const NOTABLE: readonly Entry[] = [
  [
    'ptrace process_vm_readv process_vm_writev process_madvise',
    'reads or changes other processes of the same user: those of the container, with hostPID those of the node',
  ],
  [
    'pidfd_getfd kcmp',
    'takes or compares open files of other processes of the same user: those of the container, with hostPID those of the node',
  ],
  ['name_to_handle_at', 'gives out the file handles that open_by_handle_at takes'],
  [
    'personality',
    'switches off address randomisation and the like for programs that it starts, which makes exploits dependable',
    [ADDR_NO_RANDOMIZE],
  ],
  ['socket', 'with AF_VSOCK talks to the host of a virtual machine, past every network policy', [AF_VSOCK]],
  ['ioctl', 'with TIOCSTI types into its terminal, so into the shell of whoever attached to it', [TIOCSTI]],
  ['reboot', 'with CAP_SYS_BOOT ends the container; with hostPID it restarts the node'],
  ['swapon swapoff', "with CAP_SYS_ADMIN changes the node's swap space"],
  [
    'adjtimex clock_adjtime clock_adjtime64',
    "with CAP_SYS_TIME adjusts the clock, which is the whole node's; without it only reads",
  ],
  ['chroot', 'with CAP_SYS_CHROOT leaves a root folder in which a program was shut up'],
  ['mknod mknodat', 'with CAP_MKNOD, which containers have by default, makes device files'],
  ['memfd_create', 'runs programs that never lie on a disk, past scanners and read-only file systems'],
  ['syslog', "reads the kernel's log: addresses, and what other containers did"],
  ['quotactl quotactl_fd', 'with CAP_SYS_ADMIN changes the disk quotas of a file system'],
  ['acct', 'with CAP_SYS_PACCT has a record written of every process that ends'],
  ['fanotify_init', 'with CAP_SYS_ADMIN watches and holds up access to files of whole file systems'],
  [
    'mbind set_mempolicy set_mempolicy_home_node get_mempolicy move_pages migrate_pages',
    'places memory on chosen NUMA nodes: others are slowed down, and kernel bugs were found there',
  ],
  [
    'sethostname setdomainname',
    "with CAP_SYS_ADMIN changes the host's name: with hostNetwork that of the node",
  ],
  ['lookup_dcookie', 'turns cookies into paths, of files outside the container too'],
  [
    'modify_ldt vm86 vm86old',
    'sets up segments or modes of old processors: kernel code that hardly anyone uses, with a record of bugs',
  ],
  [
    'uselib ustat sysfs _sysctl nfsservctl get_kernel_syms query_module bdflush',
    'obsolete: kernels that still have it keep old code that programs of today do not need',
  ],
];

const BY_NAME: ReadonlyMap<string, Risk> = new Map(
  (
    [
      ['dangerous', DANGEROUS],
      ['notable', NOTABLE],
    ] as const
  ).flatMap(([rank, entries]) =>
    entries.flatMap(([names, sentence, args]) =>
      names
        .split(' ')
        .map((name) => [name, { rank, sentence, ...(args !== undefined && { args }) }] as const),
    ),
  ),
);
