// Kernel versions as profiles state them: major and minor, the rest ignored (moby/profiles seccomp.go, KernelVersion).
import type { KernelVersion } from './prepared.ts';

/** Reads `4.8`, `4.8.0` or `5.10.0-26-amd64`; undefined for anything else. */
export const readKernelVersion = (text: string): KernelVersion | undefined => {
  const match = /^(\d{1,4})\.(\d{1,4})(?:[.\-+~_][\w.\-+~]*)?$/.exec(text);
  if (match === null) return undefined;
  const version = { major: Number(match[1]), minor: Number(match[2]) };
  return version.major === 0 && version.minor === 0 ? undefined : version;
};

/** Says whether `version` is at least `wanted`. */
export const isAtLeast = (version: KernelVersion, wanted: KernelVersion): boolean =>
  version.major > wanted.major || (version.major === wanted.major && version.minor >= wanted.minor);

/** Writes a version as `4.19`. */
export const renderKernelVersion = ({ major, minor }: KernelVersion): string => `${major}.${minor}`;
