// What shows where a filter refuses a call that a runtime makes itself; `…` stands for what varies with versions, paths
// and errnos. Measured, like the calls themselves.
import type { Action } from '../actions.ts';
import type { Runtime } from './runtimes.ts';

/** Of runc, whatever was loaded when. */
const RUNC: Readonly<Record<string, string>> = {
  execve: 'exec …: ',
  close: 'close log pipe: ',
  write: 'cannot start an already running container',
  getdents64: 'readdirent …: ',
  capget: 'unable to …: ',
  capset: 'unable to apply caps: ',
  prctl: 'unable to …: ',
  chdir: 'chdir to cwd …: ',
  getcwd: 'failed to verify if current working directory is safe: ',
  getppid: 'panic: runtime error: invalid memory address or nil pointer dereference',
  newfstatat: 'exec: …: stat …: ',
  read: 'read …: ',
  setgroups: 'unable to setup user: setgroups: ',
};

const CRUN: Readonly<Record<string, string>> = {
  execve: 'exec container process …: ',
  capset: 'capset: ',
  prctl: 'prctl …: ',
  setresgid: 'cannot setresgid to …: ',
  setresuid: 'cannot setresuid to …: ',
};

/** Calls that runc makes for the exec fifo, and without no-new-privileges for the user before that. */
const REOPENING: readonly string[] = ['fstat', 'fstatfs', 'openat', 'openat2', 'statx'];

interface Failure {
  readonly runtime: Runtime['name'];
  readonly noNewPrivileges: boolean;
  readonly call: string;
  readonly action: Action;
}

/** Says what a runtime prints where one of its calls is refused; empty where it says nothing that can be told. */
export const failureText = ({ runtime, noNewPrivileges, call, action }: Failure): string => {
  // One thread less, or a signal that Go catches: what then shows is chance.
  if (action === 'SCMP_ACT_KILL' || action === 'SCMP_ACT_KILL_THREAD' || action === 'SCMP_ACT_TRAP')
    return '';
  if (action === 'SCMP_ACT_KILL_PROCESS') {
    if (runtime === 'crun') return noNewPrivileges || call === 'execve' ? '' : 'read from the init process';
    if (call === 'execve' || call === 'getdents64') return '';
    return call === 'write' ? RUNC.write! : 'container process is already dead';
  }
  if (runtime === 'crun') return CRUN[call] ?? 'read from the init process';
  if (REOPENING.includes(call)) return noNewPrivileges ? 'open exec fifo' : 'unable to ';
  return RUNC[call] ?? '';
};

/** Says what a runtime prints where a filter refuses all that it makes. */
export const failureOfAll = (runtime: Runtime['name']): string =>
  // crun can't even say so: a SIGSEGV.
  runtime === 'runc' ? 'container process is already dead' : '';
