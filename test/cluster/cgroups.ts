// The cluster's cgroups: one name below every hierarchy's root, one below that for each node, which the node sees as
// its root. So nothing of a pod's can be elsewhere, and all of it is found by that name.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Mount {
  readonly point: string;
  readonly type: string;
}

/** Lists what is mounted, as this process sees it. */
export const readMounts = (): Mount[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [left, right] = line.split(' - ');
      return { point: unescapeOctal(left!.split(' ')[4]!), type: right!.split(' ')[0]! };
    });

/** Spaces and the like are written as `\040` there. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const hierarchies = (): Mount[] => readMounts().filter(({ type }) => type === 'cgroup' || type === 'cgroup2');

/** Lists the cluster's folder in each hierarchy that has one. */
export const findCgroups = (name: string): string[] =>
  hierarchies()
    .map(({ point }) => join(point, name))
    .filter((path) => existsSync(path));

/** Makes a node's cgroup in every hierarchy; returns what the node has to mount where. */
export const makeNodeCgroups = (name: string, node: string): { from: string; to: string }[] =>
  hierarchies().map(({ point, type }) => {
    const path = join(point, name, node);
    mkdirSync(path, { recursive: true });
    for (const folder of [dirname(path), path]) {
      if (type === 'cgroup2') passControllersOn(dirname(folder));
      else inheritCpus(folder);
    }
    return { from: path, to: point };
  });

/** A cpuset begins empty, and no process can enter it then. */
const inheritCpus = (folder: string): void => {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (!existsSync(join(folder, file))) continue;
    writeFileSync(join(folder, file), readFileSync(join(dirname(folder), file)));
  }
};

/** In version 2, a folder's controllers are there for its children only if it says so. */
const passControllersOn = (folder: string): void => {
  const controllers = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim();
  if (!controllers) return;
  const wanted = controllers.split(' ').map((controller) => `+${controller}`);
  writeFileSync(join(folder, 'cgroup.subtree_control'), wanted.join(' '));
};

/** Removes a cgroup and all below it, as far as the kernel lets go of them yet. */
export const removeCgroup = (path: string): void => {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeCgroup(join(path, entry.name));
    }
    rmdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EBUSY' && code !== 'ENOENT') throw error;
  }
};
