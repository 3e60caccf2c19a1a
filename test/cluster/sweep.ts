// Removes all that a cluster may have left on this machine: processes, network, mounts, cgroups, files. It needs no
// state file, so it works after any crash, of whoever started the cluster, at any moment.
import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { findCgroups, readMounts, removeCgroup } from './cgroups.ts';
import { lockCluster } from './lock.ts';
import { findLinks } from './network.ts';
import { findInCgroup, findProcesses, mustRun, poll, run, signal } from './processes.ts';
import { cgroupName } from './state.ts';

/** What is still there of a cluster. */
export interface Remains {
  readonly processes: readonly number[];
  readonly links: readonly string[];
  /** Mount points below the cluster's folder, as this process sees them. */
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly files: readonly string[];
}

export const findRemains = async (folder: string): Promise<Remains> => ({
  processes: findClusterPids(folder),
  links: await findLinks(folder),
  mounts: findMounts(folder),
  cgroups: findCgroups(cgroupName(basename(folder), folder)),
  files: existsSync(folder) ? [folder] : [],
});

export const hasRemains = (remains: Remains): boolean =>
  Object.values(remains).some((things: readonly unknown[]) => things.length > 0);

const findClusterPids = (folder: string): number[] => [
  ...new Set([
    ...findProcesses(folder).map((one) => one.pid),
    ...findInCgroup(cgroupName(basename(folder), folder)),
  ]),
];

/** As sweepCluster, but not while another process is starting or sweeping the same cluster: it throws then. */
export const stopCluster = async (folder: string): Promise<void> => {
  const unlock = lockCluster(folder);
  try {
    await sweepCluster(folder);
  } finally {
    unlock();
  }
};

/** Stops the cluster in `folder` at once and removes everything of it; does nothing where nothing is. */
export const sweepCluster = async (folder: string): Promise<void> => {
  // Again and again, because a process that is just being started may not have been seen.
  await poll(
    'the end of the cluster’s processes',
    () => {
      const found = findClusterPids(folder);
      for (const pid of found) signal(pid, 'SIGKILL');
      return found.length === 0;
    },
    { everyMs: 20 },
  );
  for (const link of await findLinks(folder)) {
    await run(['ip', 'link', 'delete', link]); // its peer's end may have taken it away meanwhile
  }
  for (const mount of findMounts(folder).reverse()) await mustRun(['umount', '--lazy', mount]);
  const cgroup = cgroupName(basename(folder), folder);
  // The kernel lets go of a cgroup a moment after the last process in it.
  await poll('the end of the cluster’s cgroups', () => {
    for (const path of findCgroups(cgroup)) removeCgroup(path);
    return findCgroups(cgroup).length === 0;
  });
  rmSync(folder, { recursive: true, force: true });
};

const findMounts = (folder: string): string[] =>
  readMounts().flatMap(({ point }) => (point === folder || point.startsWith(`${folder}/`) ? [point] : []));
