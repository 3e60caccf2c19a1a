// What others wrote and this program contains: read from the packages that were bundled, so that none is forgotten.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** SPDX, as its package.json says. */
  readonly license: string;
  readonly text: string;
}

/** Picks the folders of packages out of paths of bundled sources; sorted. */
export const packageFolders = (sources: readonly string[]): string[] => {
  const folders = sources.flatMap((source) => {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source.replaceAll('\\', '/')) ?? [];
    return folder === undefined ? [] : [folder];
  });
  return [...new Set(folders)].sort();
};

/** Packages that leave their licence's text out, and where it is kept here: as their sources and package.json say it. */
const KEPT_HERE: Readonly<Record<string, { readonly license: string; readonly file: string }>> = {
  'yoga-layout': { license: 'MIT', file: 'yoga-layout.txt' },
};

/** Reads a package's licence, and the notice that some licences want to go with it; throws where it has none. */
export const readPackage = async (folder: string): Promise<Package> => {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const paths: (string | URL)[] = files.map((file) => join(folder, file));
  const kept = KEPT_HERE[name];
  if (paths.length === 0 && kept !== undefined && kept.license === license)
    paths.push(new URL(`licenses/${kept.file}`, import.meta.url));
  if (typeof license !== 'string' || paths.length === 0) {
    throw new Error(`${name} ${version} has no licence text: it cannot be shipped`);
  }
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return {
    name,
    version,
    license,
    text: texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n'),
  };
};

/** Reads the packages that those sources are of, each once, by name. */
export const readPackages = async (sources: readonly string[]): Promise<Package[]> => {
  const packages = await Promise.all(packageFolders(sources).map(readPackage));
  return [...new Map(packages.map((one) => [`${one.name} ${one.version}`, one])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
};

/** Reads what is said of Bun, whose runtime is a part of every program. */
export const readRuntime = async (version: string): Promise<Package> => {
  const files = ['bun.md', 'lgpl-2.txt', 'lgpl-2.1.txt'];
  const texts = await Promise.all(
    files.map((file) => readFile(new URL(`licenses/${file}`, import.meta.url), 'utf8')),
  );
  return {
    name: 'bun',
    version,
    license: 'MIT and others',
    text: texts.map((text) => text.trimEnd()).join('\n\n'),
  };
};

/** Reads what is said of the runtimes' default profiles, of which the built-in ones are made. */
export const readDefaultProfiles = async (): Promise<Package> => {
  const about = await readFile(new URL('licenses/default-profiles.md', import.meta.url), 'utf8');
  const modules = await Promise.all(
    ['containerd', 'cri-o', 'docker'].map(async (engine) => {
      const file = new URL(`../../src/profile/builtin-${engine}.generated.json`, import.meta.url);
      return (JSON.parse(await readFile(file, 'utf8')) as { from: string[] }).from;
    }),
  );
  const lines = modules.flat().map((one) => `- ${one.split(' ')[0]}`);
  return {
    name: 'default seccomp profiles',
    version: 'of containerd, CRI-O and Docker',
    license: 'Apache-2.0',
    text: `${about.trimEnd()}\n\n${lines.join('\n')}`,
  };
};

const RULE = '='.repeat(100);

/** Renders the file that lies beside the program. */
export const renderNotices = (packages: readonly Package[]): string =>
  [
    'This program contains the following works of others, each under its own licence.\n',
    ...packages.map(
      ({ name, version, license, text }) => `${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${text}\n`,
    ),
  ].join('\n');
