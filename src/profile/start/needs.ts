// The system calls that a runtime makes itself once the filter is loaded; a filter that refuses them keeps containers
// from starting. Measured by taking one call after the other out of a profile that allows all: with ERRNO as default
// nothing starts without what is `needed`, with KILL_PROCESS neither without what is `made`. x86_64, and a container with
// capabilities, as Kubernetes' have them.
import type { Runtime } from './runtimes.ts';

/** What one kind of runtime needs. */
export interface Needs {
  readonly name: Runtime['name'];
  /** The first version that it holds for, up to the next entry for the same runtime. */
  readonly since: string;
  readonly noNewPrivileges: boolean;
  /** Without any of them nothing starts; without `execve` the container starts and ends at once. */
  readonly needed: readonly string[];
  /** Made too, but borne where they fail; where they kill, nothing starts. */
  readonly made: readonly string[];
  /** Other calls that are made where a needed one fails, and do as well. */
  readonly instead?: Readonly<Record<string, readonly string[]>>;
}

const split = (text: string): readonly string[] => text.split(' ');

/** Calls of Go's own runtime: which of them runc makes under the filter differs from one start to the next. */
export const GO_CALLS: readonly string[] = split(
  'clone epoll_ctl epoll_pwait futex getpid gettid madvise mmap munmap nanosleep rt_sigprocmask rt_sigreturn sched_yield sigaltstack tgkill',
);

const LOADING = 'close execve fstatfs getdents64 openat write';
// Since the masking of /proc is checked before each use (runc 1.2.8, 1.3.3 and 1.4).
const CHECKING = 'fstat statx';
// Without no-new-privileges the filter is loaded before privileges are dropped (standard_init_linux.go).
const DROPPING = 'capget capset chdir getcwd getppid newfstatat prctl read setgid setgroups setuid';

const MADE_LOADING = 'fcntl';
const MADE_DROPPING = 'close_range faccessat2';

const runc = (
  since: string,
  loading: string,
  dropping: string,
  more: Pick<Needs, 'instead'> = {},
): readonly Needs[] => [
  {
    ...{ name: 'runc', since, noNewPrivileges: true, needed: split(loading) },
    made: [...split(MADE_LOADING), ...GO_CALLS],
    ...more,
  },
  {
    ...{ name: 'runc', since, noNewPrivileges: false, needed: split(`${loading} ${dropping}`) },
    made: [...split(`${MADE_LOADING} ${MADE_DROPPING}`), ...GO_CALLS],
    ...more,
  },
];

// Up to filepath-securejoin 0.5.1 (runc 1.2.8 and 1.3.3) runc finds out once, before the filter is loaded, that there is
// openat2, and then insists on it; from 0.5.2 and 0.6.1 on (1.2.9, 1.3.4 and 1.4.0) it asks again where openat2 fails.
const WITHOUT_OPENAT2 = { openat2: ['fcntl', 'readlinkat'] };

/** By runtime, oldest first. 1.2.0 to 1.2.7 and 1.3.0 to 1.3.2 are taken for 1.1.15, by their code. */
export const NEEDS: readonly Needs[] = [
  ...runc('1.1.0', LOADING, `${DROPPING} fstat faccessat2`),
  ...runc('1.1.15', LOADING, `${DROPPING} fstat`),
  ...runc('1.2.8', `${LOADING} ${CHECKING} openat2`, DROPPING),
  ...runc('1.2.9', `${LOADING} ${CHECKING} openat2`, DROPPING, { instead: WITHOUT_OPENAT2 }),
  ...runc('1.3.0', LOADING, `${DROPPING} fstat`),
  ...runc('1.3.3', `${LOADING} ${CHECKING} openat2`, DROPPING),
  // Public profiles that refuse openat2 and allow the others start on 1.3.6.
  ...runc('1.3.4', `${LOADING} ${CHECKING} openat2`, DROPPING, { instead: WITHOUT_OPENAT2 }),
  ...runc('1.5.0', `${LOADING} ${CHECKING} openat2`, DROPPING, { instead: WITHOUT_OPENAT2 }),
  { name: 'crun', since: '0', noNewPrivileges: true, needed: ['execve'], made: ['close', 'close_range'] },
  {
    ...{ name: 'crun', since: '0', noNewPrivileges: false },
    needed: split('capset execve prctl rt_sigaction rt_sigprocmask setresgid setresuid write'),
    made: ['close', 'close_range'],
  },
];

/**
 * What is needed to run another program in a container, as `kubectl exec` and exec probes do. runc needs nothing for it
 * that it doesn't need to start; crun, which then drops privileges by itself, does.
 */
export const EXEC_NEEDS: readonly Needs[] = [
  ...NEEDS.filter(({ name }) => name === 'runc'),
  { name: 'crun', since: '0', noNewPrivileges: true, needed: split('execve write'), made: ['close'] },
  {
    ...{ name: 'crun', since: '0', noNewPrivileges: false },
    needed: split('capset execve openat prctl read setgroups setresgid setresuid statx write'),
    made: ['close'],
  },
];
