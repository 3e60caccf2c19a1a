// Groups of system calls by what they are for, so that a list of hundreds can be read. Which call is in which is systemd's
// knowledge (groups.generated.json, made by plugin/release/syscall-groups.ts).
import data from './groups.generated.json' with { type: 'json' };

export interface SyscallGroup {
  /** systemd's name for it, such as `@network-io`. */
  readonly name: string;
  /** What its calls are for, in a few words that continue "calls to …". */
  readonly describe: string;
}

/** The narrower and the more telling a group, the earlier it stands: a call is listed under the first that has it. */
export const SYSCALL_GROUPS: readonly SyscallGroup[] = [
  { name: '@module', describe: 'load and remove kernel modules' },
  { name: '@reboot', describe: 'restart the machine or its kernel' },
  { name: '@swap', describe: 'switch swap space on and off' },
  { name: '@mount', describe: 'change what is mounted where, and the root' },
  { name: '@raw-io', describe: 'reach hardware directly' },
  { name: '@cpu-emulation', describe: 'run code of other CPU modes' },
  { name: '@debug', describe: 'trace, debug and profile other processes' },
  { name: '@keyring', describe: "use the kernel's key store" },
  { name: '@clock', describe: 'set clocks' },
  { name: '@setuid', describe: 'become another user or group' },
  { name: '@chown', describe: 'give files to another owner' },
  { name: '@pkey', describe: 'protect memory by keys' },
  { name: '@memlock', describe: 'keep memory from being swapped out' },
  { name: '@sandbox', describe: 'restrict oneself' },
  { name: '@network-io', describe: 'use sockets' },
  { name: '@aio', describe: 'read and write asynchronously, io_uring included' },
  { name: '@ipc', describe: 'talk to other processes by queues, semaphores and shared memory' },
  { name: '@timer', describe: 'use timers' },
  { name: '@signal', describe: 'send and handle signals' },
  { name: '@sync', describe: 'write out what is cached' },
  { name: '@io-event', describe: 'wait for input and output' },
  { name: '@process', describe: 'make, control and wait for processes' },
  { name: '@resources', describe: 'change scheduling, limits and where memory lies' },
  { name: '@file-system', describe: 'work with files and folders' },
  { name: '@basic-io', describe: 'read, write and close what is open' },
  { name: '@default', describe: 'run at all' },
  { name: '@obsolete', describe: 'do what no program does any more' },
  { name: '@privileged', describe: 'do what else an administrator does' },
  { name: '@system-service', describe: 'do what else services do' },
];

const MEMBERS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  SYSCALL_GROUPS.map(({ name }) => [name, new Set(membersText(name).split(' '))]),
);

function membersText(group: string): string {
  return (data.groups as Readonly<Record<string, string>>)[group] ?? '';
}

/** Returns the calls of a group, such as `@mount`, those of groups in it included; undefined where there is no such group. */
export const syscallsOfGroup = (group: string): readonly string[] | undefined => {
  const members = MEMBERS.get(group);
  return members === undefined ? undefined : [...members];
};

/** Returns all groups that have a call, in the order of `SYSCALL_GROUPS`. */
export const groupsOf = (syscall: string): readonly string[] =>
  SYSCALL_GROUPS.filter(({ name }) => MEMBERS.get(name)!.has(syscall)).map(({ name }) => name);

/** Returns the one group under which a call is listed; undefined where it is in none, as a few rare and new ones are. */
export const groupOf = (syscall: string): string | undefined => groupsOf(syscall)[0];

/** Returns what the calls of a group are for, in words that continue "calls to …". */
export const describeGroup = (group: string): string | undefined =>
  SYSCALL_GROUPS.find(({ name }) => name === group)?.describe;
