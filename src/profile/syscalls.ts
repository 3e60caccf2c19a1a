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

// Parsing one takes half a millisecond, and a profile is asked about several architectures for every version.
const parsed = new Map<string, ReadonlyMap<string, SyscallPlace>>();

/** Returns the system calls that an architecture has, by name, as a version of `LIBSECCOMP_VERSIONS` knows them. */
export const syscallsOf = (
  architecture: SeccompArchitecture,
  libseccomp: string,
): ReadonlyMap<string, SyscallPlace> => {
  const key = `${architecture} ${libseccomp}`;
  const places = parsed.get(key) ?? parseTable(architecture, LIBSECCOMP_VERSIONS.indexOf(libseccomp));
  parsed.set(key, places);
  return places;
};

const known = new Map<string, ReadonlySet<string>>();

/** Returns every name that a version of `LIBSECCOMP_VERSIONS` knows, on whatever architecture. */
export const knownNames = (libseccomp: string): ReadonlySet<string> => {
  if (known.size === 0) {
    const since = findFirstVersions();
    for (const [version, name] of LIBSECCOMP_VERSIONS.entries())
      known.set(name, new Set(SYSCALL_NAMES.filter((_, at) => since[at]! <= version)));
  }
  return known.get(libseccomp)!;
};

/** Finds the first version that knows each name, looking at the entries without parsing them: that takes far longer. */
const findFirstVersions = (): readonly number[] => {
  const since = SYSCALL_NAMES.map(() => LIBSECCOMP_VERSIONS.length);
  for (const numbers of Object.values(data.numbers)) {
    for (const [at, entry] of numbers.split(' ').entries()) {
      if (since[at] === 0 || entry === '-') continue;
      for (const answer of entry.split(',')) {
        const letter = answer.charCodeAt(answer.length - 1) - 97;
        if (!/^-[a-z]?$/.test(answer)) since[at] = Math.min(since[at]!, Math.max(letter, 0));
      }
    }
  }
  return since;
};

const parseTable = (
  architecture: SeccompArchitecture,
  version: number,
): ReadonlyMap<string, SyscallPlace> => {
  const places = new Map<string, SyscallPlace>();
  for (const [at, entry] of data.numbers[architecture].split(' ').entries()) {
    const place = parseEntry(entry, version);
    if (place !== undefined) places.set(SYSCALL_NAMES[at]!, place);
  }
  return places;
};

/** Parses one entry, such as `359s1` or `4168,4168s5c`: the last answer that the version or an older one gave. */
const parseEntry = (entry: string, version: number): SyscallPlace | undefined => {
  // So nearly all of them are.
  if (entry === '-') return undefined;
  if (/^\d+$/.test(entry)) return { number: Number(entry) };
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
