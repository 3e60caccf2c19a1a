// System calls by name and number on each architecture, as libseccomp knows them in each of its versions. The data and
// its provenance stand in syscalls.generated.json, made by plugin/release/syscall-tables.ts.
import type { SeccompArchitecture } from './architectures.ts';
import data from './syscalls.generated.json' with { type: 'json' };

/** Where a system call is found on an architecture; at least one of the two is there. */
export interface SyscallPlace {
  /** Its number of its own. */
  readonly number?: number;
  /** Where it is reached through socketcall or ipc, whose argument 0 says which part is meant. */
  readonly part?: { readonly of: 'socketcall' | 'ipc'; readonly index: number };
}

/** The versions of libseccomp that the tables were made with, oldest first; between two, the older one's holds. */
export const LIBSECCOMP_VERSIONS: readonly string[] = data.versions;

/** Every name that any architecture has. */
export const SYSCALL_NAMES: readonly string[] = data.names.split(' ');

/** Returns the version of the tables that holds for a libseccomp such as `2.5.5`; undefined for one older than all. */
export const tableVersionOf = (libseccomp: string): string | undefined =>
  LIBSECCOMP_VERSIONS.findLast((version) => !isOlder(libseccomp, version));

const isOlder = (a: string, b: string): boolean => {
  const [as, bs] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  const at = bs.findIndex((number, index) => number !== (as[index] ?? 0));
  return at >= 0 && (as[at] ?? 0) < bs[at]!;
};

/** Returns the system calls that an architecture has, by name, as a version of `LIBSECCOMP_VERSIONS` knows them. */
export const syscallsOf = (
  architecture: SeccompArchitecture,
  libseccomp: string,
): ReadonlyMap<string, SyscallPlace> => {
  const version = LIBSECCOMP_VERSIONS.indexOf(libseccomp);
  const places = new Map<string, SyscallPlace>();
  for (const [at, entry] of data.numbers[architecture].split(' ').entries()) {
    const place = parseEntry(entry, version);
    if (place !== undefined) places.set(SYSCALL_NAMES[at]!, place);
  }
  return places;
};

/** Parses one entry, such as `359s1` or `4168,4168s5c`: the last answer that the version or an older one gave. */
const parseEntry = (entry: string, version: number): SyscallPlace | undefined => {
  const answers = entry
    .split(',')
    .map((text) => /^(?:(\d+)|-)(?:([si])(\d+))?([a-z]?)$/.exec(text)!)
    .filter(([, , , , since]) => (since ? since.charCodeAt(0) - 97 : 0) <= version);
  const [, number, kind, index] = answers.at(-1) ?? [];
  if (number === undefined && kind === undefined) return undefined;
  return {
    ...(number !== undefined && { number: Number(number) }),
    ...(kind !== undefined && {
      part: { of: kind === 's' ? ('socketcall' as const) : ('ipc' as const), index: Number(index) },
    }),
  };
};
