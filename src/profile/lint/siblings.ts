// System calls that do the same by another name: who refuses one and not the other refuses little.

const table = (lines: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    lines
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/:? /))
      .map(([name, ...others]) => [name!, others]),
  );

/** By a call that people refuse, those by which a program can do the same, on one architecture or another. */
export const SIBLINGS = table(`
  access: faccessat faccessat2
  bind: socketcall
  chmod: fchmodat fchmodat2
  chown: lchown fchownat chown32 lchown32
  clock_adjtime: adjtimex clock_adjtime64
  clock_settime: settimeofday clock_settime64 stime
  connect: socketcall
  execve: execveat
  fchmodat: chmod fchmodat2
  fchown: fchown32
  fchownat: chown lchown chown32 lchown32
  finit_module: init_module
  fork: vfork clone clone3
  ftruncate: ftruncate64
  init_module: finit_module
  kexec_file_load: kexec_load
  kexec_load: kexec_file_load
  kill: tkill tgkill pidfd_send_signal
  lchown: chown fchownat chown32 lchown32
  link: linkat
  linkat: link
  listen: socketcall
  mkdir: mkdirat
  mkdirat: mkdir
  mknod: mknodat
  mknodat: mknod
  mount: fsmount move_mount
  open: openat openat2
  openat: open openat2
  ptrace: process_vm_readv process_vm_writev
  rename: renameat renameat2
  renameat: rename renameat2
  renameat2: rename renameat
  rmdir: unlinkat
  setgid: setregid setresgid setgid32 setregid32 setresgid32
  setgroups: setgroups32
  settimeofday: clock_settime clock_settime64 stime
  setuid: setreuid setresuid setuid32 setreuid32 setresuid32
  setxattr: lsetxattr fsetxattr setxattrat
  socket: socketcall
  symlink: symlinkat
  symlinkat: symlink
  truncate: truncate64
  umount2: umount
  unlink: unlinkat
  unlinkat: unlink rmdir
  utimensat: utime utimes futimesat utimensat_time64
  vfork: fork clone clone3
`);

/** By old name, the calls that newer architectures such as arm64 have instead; any of them will do. */
export const SUCCESSORS = table(`
  access: faccessat faccessat2
  chmod: fchmodat fchmodat2
  chown: fchownat
  creat: openat openat2
  dup2: dup3
  epoll_create: epoll_create1
  epoll_wait: epoll_pwait epoll_pwait2
  eventfd: eventfd2
  fork: clone clone3
  getdents: getdents64
  inotify_init: inotify_init1
  lchown: fchownat
  link: linkat
  lstat: newfstatat statx
  mkdir: mkdirat
  mknod: mknodat
  open: openat openat2
  pipe: pipe2
  poll: ppoll
  readlink: readlinkat
  rename: renameat renameat2
  rmdir: unlinkat
  select: pselect6
  signalfd: signalfd4
  stat: newfstatat statx
  symlink: symlinkat
  unlink: unlinkat
  utime: utimensat
  utimes: utimensat
  vfork: clone clone3
`);
