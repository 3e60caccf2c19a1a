// Asks containerd's own code what its default seccomp profile is, for every architecture, kernel and capability. The code
// is that of a released module, run as it is, but for the two packages by which it would ask this machine.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARCHITECTURES, type SeccompArchitecture } from '../../src/profile/architectures.ts';
import { CAPABILITIES } from '../../src/profile/capabilities.ts';
import type { Architecture } from '../../src/profile/prepared.ts';

const PROGRAM = fileURLToPath(new URL('containerd-default', import.meta.url));
const SOURCE = 'contrib/seccomp/seccomp_default.go';

/** A rule as the runtime specification has it. */
export interface OciRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly {
    readonly index: number;
    readonly value: number;
    readonly valueTwo?: number;
    readonly op: string;
  }[];
}

/** What the profile is in one case. */
export interface DefaultRun {
  readonly architecture: Architecture;
  readonly kernel: { readonly Kernel: number; readonly Major: number };
  /** None, one or all. */
  readonly capabilities: readonly string[];
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly flags?: readonly string[];
  readonly architectures: readonly SeccompArchitecture[];
  /** Places in `rules`. */
  readonly rules: readonly number[];
}

export interface ContainerdDefault {
  /** The module, its version and the sum that Go's checksum database has for it. */
  readonly provenance: string;
  readonly rules: readonly OciRule[];
  readonly runs: readonly DefaultRun[];
}

export interface GoModule {
  readonly folder: string;
  readonly provenance: string;
}

/** Brings a Go module into Go's own cache, through its proxy and checksum database. */
export const downloadModule = (path: string, version: string): GoModule => {
  const printed = execFileSync('go', ['mod', 'download', '-json', `${path}@${version}`], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '' },
  });
  const { Dir, Sum } = JSON.parse(printed) as { Dir: string; Sum: string };
  return { folder: Dir, provenance: `${path}@${version} ${Sum}` };
};

/** Runs the code of a containerd such as `2.4.2`; it needs Go. */
export const runContainerdDefault = (version: string): ContainerdDefault => {
  const path = `github.com/containerd/containerd${version.startsWith('1.') ? '' : '/v2'}`;
  const { folder, provenance } = downloadModule(path, `v${version}`);
  const own = 'kubectl-seccomp.release/containerd-default';
  const source = readFileSync(join(folder, SOURCE), 'utf8')
    .replace('\t"runtime"\n', `\t"${own}/runtime"\n`)
    .replace(/\t"github\.com\/containerd\/containerd\/.*kernelversion"\n/, `\t"${own}/kernelversion"\n`);
  const scratch = mkdtempSync(join(tmpdir(), 'containerd-default-'));
  try {
    writeFileSync(join(scratch, 'default.go'), source);
    const overlay = { Replace: { [join(PROGRAM, 'containerd/default.go')]: join(scratch, 'default.go') } };
    writeFileSync(join(scratch, 'overlay.json'), JSON.stringify(overlay));
    const printed = execFileSync(
      'go',
      [
        'run',
        `-overlay=${join(scratch, 'overlay.json')}`,
        '.',
        ARCHITECTURES.join(','),
        CAPABILITIES.join(','),
      ],
      { cwd: PROGRAM, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, GOFLAGS: '' } },
    );
    return { provenance: `${provenance} ${SOURCE}`, ...JSON.parse(printed) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
};
