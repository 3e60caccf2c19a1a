// `npm run build`: the plugin as plain JavaScript in dist/. It runs wherever Node.js is, without node_modules, and
// carries the program for the nodes inside: nothing of ours is read from disk at run time.
import { chmod, copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { bundledSources, bundleProgram } from './build-program.ts';
import { bundleSyncProgram } from './build-sync-program.ts';
import { embedProgram, embedSyncProgram } from './embed.ts';
import { PLUGIN_NAME, RELEASE_FOLDER, SINGLE_FILE_FOLDER } from './targets.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** What stands first: plain enough for any Node.js to parse, so that an old one gets words instead of a crash. */
const ENTRY = `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 19)) {
  await import('./main.js');
} else {
  process.stderr.write(
    'error: ${PLUGIN_NAME} needs Node.js 22.19 or newer; this is ' + process.version + ' (' + process.execPath + ')\\n' +
    'Install a newer one, or put one that is installed first on PATH.\\n');
  process.exitCode = 1;
}
`;

/** Bundled CommonJS packages call `require` for Node's own modules, which an ES module does not have. */
const REQUIRE = `import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);`;

/** Ink would load it for its own development. As an import of the finished program, it could be anybody's. */
const leaveOutDevtools: Plugin = {
  name: 'leave-out-devtools',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'export default undefined;' }));
  },
};

/**
 * Builds the plugin into a folder; files of an earlier build are removed once the new ones are there. Returns the paths
 * of the sources it was made from.
 */
export const buildPlugin = async (folder: string): Promise<string[]> => {
  const { program, sources } = await bundleProgram();
  const sync = await bundleSyncProgram(program);
  const { outputFiles, metafile } = await build({
    entryPoints: { main: join(CHECKOUT, 'plugin/main.ts') },
    absWorkingDir: CHECKOUT,
    outdir: folder,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    write: false,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    banner: { js: REQUIRE },
    plugins: [embedProgram(program), embedSyncProgram(sync.program), leaveOutDevtools],
    // React's finished build, and Ink without the tools for its own development, which are not installed.
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    // Widths are counted by one rule, and not by the one that is slow to start.
    alias: { 'string-width': join(CHECKOUT, 'plugin/release/string-width.ts') },
    // Names stay, so that the stack in a bug report can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    charset: 'utf8',
    logLevel: 'warning',
    metafile: true,
  });
  const written = new Set<string>();
  const put = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    written.add(path);
  };
  for (const { path, contents } of outputFiles) await put(path, contents);
  await put(join(folder, 'package.json'), '{ "type": "module" }\n');
  const entry = join(folder, `${PLUGIN_NAME}.js`);
  await put(entry, ENTRY);
  await chmod(entry, 0o755);
  await copyFile(join(CHECKOUT, 'LICENSE'), join(folder, 'LICENSE'));
  // On PATH under this name, kubectl finds it.
  const command = join(folder, PLUGIN_NAME);
  await rm(command, { force: true });
  await symlink(`${PLUGIN_NAME}.js`, command);
  await removeOthers(folder, new Set([...written, command, join(folder, 'LICENSE')]));
  return [...sources, ...sync.sources, ...bundledSources(metafile)].map((source) => join(CHECKOUT, source));
};

const removeOthers = async (folder: string, kept: ReadonlySet<string>): Promise<void> => {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // Made at length by other commands.
    if ([RELEASE_FOLDER, SINGLE_FILE_FOLDER].some((one) => path.startsWith(join(folder, one) + sep)))
      continue;
    if (!entry.isDirectory() && !kept.has(path)) await rm(path);
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(CHECKOUT, 'dist');
  await buildPlugin(folder);
  process.stdout.write(
    `${join('dist', PLUGIN_NAME)} is ready: PATH="${folder}:$PATH" kubectl seccomp version --client\n`,
  );
}
