// The platforms a release is made for, in the words of Krew, of Bun and of the files that come out.

export const PLUGIN_NAME = 'kubectl-seccomp';

/** Below the folder of the build. */
export const RELEASE_FOLDER = 'release';
export const SINGLE_FILE_FOLDER = 'single-file';

export interface Target {
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** The npm package of Bun's runtime for it, beside the package `bun` itself. */
  readonly runtime: string;
  /** As `bun build --target` calls it. */
  readonly bunTarget: string;
}

// Since 1.4, Bun's x64 runtimes are the baseline ones: no AVX2 is taken for granted (the package's README).
const target = (os: Target['os'], arch: Target['arch']): Target => {
  const cpu = arch === 'amd64' ? 'x64' : 'aarch64';
  return {
    os,
    arch,
    runtime: `@oven/bun-${os}-${cpu}`,
    bunTarget: `bun-${os}-${arch === 'amd64' ? 'x64' : 'arm64'}`,
  };
};

export const TARGETS: readonly Target[] = [
  target('linux', 'amd64'),
  target('linux', 'arm64'),
  target('darwin', 'amd64'),
  target('darwin', 'arm64'),
  target('windows', 'amd64'),
  target('windows', 'arm64'),
];

/** Names the program inside the archive: Windows starts only what ends in `.exe`. */
export const programFile = ({ os }: Target): string =>
  os === 'windows' ? `${PLUGIN_NAME}.exe` : PLUGIN_NAME;

/** Names the archive: a zip for Windows, which opens no other; the names that krew.yaml's addresses end in. */
export const archiveFile = ({ os, arch }: Target): string =>
  `${PLUGIN_NAME}_${os}_${arch}.${os === 'windows' ? 'zip' : 'tar.gz'}`;
