// Bun, which turns the bundle into one file per platform: where the pinned one is, and its runtimes for the platforms
// that npm did not install here. package.json pins the version, package-lock.json the bytes.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Target } from './targets.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

/** What a lock says of a package. */
export interface LockedPackage {
  readonly version: string;
  /** `sha512-<base64>`, of the archive in the registry. */
  readonly integrity: string;
}

/** Finds a package in the text of package-lock.json; throws where it isn't locked by a sha512. */
export const parseLockedPackage = (lockText: string, name: string): LockedPackage => {
  const { version, integrity } = JSON.parse(lockText).packages?.[`node_modules/${name}`] ?? {};
  if (typeof version !== 'string' || !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)) {
    throw new Error(
      `package-lock.json does not lock ${name} by its sha512: run npm install, commit the lock`,
    );
  }
  return { version, integrity };
};

/** Throws unless the bytes are those that the lock promises. */
export const refuseOtherBytes = (bytes: Uint8Array, name: string, { integrity }: LockedPackage): void => {
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  // It becomes the program that users run: a registry or mirror that was tampered with must not get that far.
  if (found !== integrity) throw new Error(`${name} has the integrity ${found}; locked is ${integrity}`);
};

/** Without its install script, the package `bun` holds a few lines of text under the program's name. */
const isRuntime = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 2 ** 20;

/** The package of the runtime for this machine. */
const hostRuntime = (): string => {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  return `@oven/bun-${os}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`;
};

/** Returns Bun as npm installed it for this machine; undefined where it is not installed. */
export const findBun = (): string | undefined => {
  const file = process.platform === 'win32' ? 'bun.exe' : 'bun';
  // Its install script moves the program from the platform's package into the main one.
  return ['bun/bin/bun.exe', `${hostRuntime()}/bin/${file}`]
    .map((path) => join(CHECKOUT, 'node_modules', path))
    .find(isRuntime);
};

/**
 * Returns the runtime for a platform: for this machine's, Bun itself; another that is not in the cache is fetched from
 * the npm registry and checked.
 */
export const fetchRuntime = async (
  target: Target,
  bun: string,
  cache = join(homedir(), '.cache', 'kubectl-seccomp', 'bun'),
): Promise<string> => {
  if (target.runtime === hostRuntime()) return bun;
  const locked = parseLockedPackage(
    await readFile(join(CHECKOUT, 'package-lock.json'), 'utf8'),
    target.runtime,
  );
  const file = target.os === 'windows' ? 'bun.exe' : 'bun';
  // Named by what the lock says: another version, or other bytes of the same, is another folder.
  const key = createHash('sha256').update(`${target.runtime} ${locked.integrity}`).digest('hex').slice(0, 16);
  const folder = join(cache, `${basename(target.runtime)}-${locked.version}-${key}`);
  const runtime = join(folder, file);
  if (isRuntime(runtime)) return runtime;

  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    const { stdout } = await execute('npm', [
      ...['pack', '--silent', '--ignore-scripts', '--pack-destination', partial],
      `${target.runtime}@${locked.version}`,
    ]);
    const archive = join(partial, stdout.trim());
    refuseOtherBytes(await readFile(archive), target.runtime, locked);
    await execute('tar', ['-xzf', archive, '-C', partial, '--strip-components=2', `package/bin/${file}`]);
    await chmod(join(partial, file), 0o755);
    await rm(archive);
    // Where another process was quicker, its work is as good.
    await rename(partial, folder).catch(async (thrown) => {
      if (!isRuntime(runtime)) throw thrown;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return runtime;
};

export interface Compilation {
  readonly bun: string;
  /** The platform's runtime. */
  readonly runtime: string;
  readonly target: Target;
  /** Holds the bundle; its `main.js` is the entry. */
  readonly folder: string;
  readonly outputFile: string;
}

/** Compiles the bundle into one executable. The same bundle and Bun give the same bytes, whatever the folders' names. */
export const compileProgram = async ({
  bun,
  runtime,
  target,
  folder,
  outputFile,
}: Compilation): Promise<void> => {
  await execute(
    bun,
    [
      ...['build', '--compile', '--bytecode', '--splitting', '--format=esm'],
      // Names stay, so that the stack in a bug report can be read.
      ...['--minify-syntax', '--minify-whitespace'],
      `--target=${target.bunTarget}`,
      `--compile-executable-path=${runtime}`,
      // Otherwise the program would take its environment, and code to run first, from whatever folder it is called in.
      ...['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
      ...['--no-compile-autoload-tsconfig', '--no-compile-autoload-package-json'],
      `--outfile=${outputFile}`,
      'main.js',
    ],
    // The entry's path becomes part of the program. Bun's own settings in the environment must not.
    { cwd: folder, env: { PATH: process.env.PATH ?? '', HOME: folder } },
  );
};
