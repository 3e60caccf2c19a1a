// `npm run build:single`: the program that ships, for this machine's platform alone, in dist/single-file/. The suites
// that run what users run take it from there.
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgramFor, bundlePlugin } from './release.ts';
import { PLUGIN_NAME, programFile, SINGLE_FILE_FOLDER, TARGETS, type Target } from './targets.ts';

/** Finds the target that this machine can run; throws where none is made for it. */
export const hostTarget = (): Target => {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const found = TARGETS.find((target) => target.os === os && target.arch === arch);
  if (found === undefined) throw new Error(`no program is made for ${os} on ${arch}`);
  return found;
};

/** Builds this machine's program into a folder and returns its path. */
export const buildSingleFile = async (folder: string): Promise<string> => {
  const target = hostTarget();
  const work = await mkdtemp(join(tmpdir(), `${PLUGIN_NAME}-single-`));
  try {
    const program = await buildProgramFor(target, await bundlePlugin(work));
    await mkdir(folder, { recursive: true });
    const path = join(folder, programFile(target));
    // By rename: one that runs just now keeps its own bytes.
    await writeFile(`${path}.partial`, program);
    await chmod(`${path}.partial`, 0o755);
    await rename(`${path}.partial`, path);
    return path;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  const path = await buildSingleFile(process.argv[2] ?? join(dist, SINGLE_FILE_FOLDER));
  process.stdout.write(`${path}\n`);
}
