// What this node is, as far as profiles care. What cannot be read is left out: facts never fail a run.
import { arch, release } from 'node:os';
import type { NodeFacts } from '../src/protocol/report.ts';
import type { Disk } from './disk.ts';
import { readFile } from './folders.ts';

/** Node's names for architectures, where they differ from Go's. */
const GO_NAMES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mips64le',
};

/** Names this machine's architecture as Go, Kubernetes and OCI images do. */
export const goArchitecture = (name = arch()): string => GO_NAMES[name] ?? name;

/** Reads the facts from this machine's kernel. */
export const readFacts = async (disk: Disk): Promise<NodeFacts> => {
  const bootId = await readLine(disk, '/proc/sys/kernel/random/boot_id');
  const actions = await readLine(disk, '/proc/sys/kernel/seccomp/actions_avail');
  return {
    architecture: goArchitecture(),
    kernel: release(),
    ...(bootId !== undefined && { bootId }),
    ...(actions !== undefined && { actionsAvailable: actions.split(' ').filter((action) => action !== '') }),
  };
};

const readLine = async (disk: Disk, path: string): Promise<string | undefined> => {
  try {
    return new TextDecoder().decode(await readFile(disk, path, 4096)).trim();
  } catch {
    return undefined;
  }
};
