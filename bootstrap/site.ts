// Where one run works, and what it may ask of the world besides the disk.
import type { Disk } from './disk.ts';

export interface Site {
  readonly disk: Disk;
  /** The seccomp root: absolute, with no link in it. */
  readonly root: string;
  /** This node's architecture by Go's name, e.g. `amd64`. */
  readonly architecture: string;
  /** The user that files written here belong to. */
  readonly uid: number;
  /** Milliseconds since the epoch by this node's clock. */
  readonly now: () => number;
  /** 32 random hex digits, never the same twice. */
  readonly newId: () => string;
  /** Aborts when the run should end: what is staged is cleaned up, what is being committed is finished. */
  readonly signal?: AbortSignal;
}

/** Joins a path below the root. */
export const at = (site: Site, ...names: string[]): string => [site.root, ...names].join('/');
