// Bundles the sync that runs inside the cluster into one file, with the program for the nodes in it. As with that, the
// same sources give the same bytes.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import {
  type BundledProgram,
  bundledSources,
  bundleProgram,
  MAXIMUM_PROGRAM_BYTES,
} from './build-program.ts';
import { embedProgram, embedSyncProgram } from './embed.ts';

/** Builds the program as one CommonJS script for Node 22 or newer. */
export const buildSyncProgram = async (): Promise<Uint8Array> =>
  (await bundleSyncProgram((await bundleProgram()).program)).program;

/** Builds the program around the one for the nodes, and says what it was made from. */
export const bundleSyncProgram = async (nodeProgram: Uint8Array): Promise<BundledProgram> => {
  const result = await build({
    entryPoints: ['plugin/sync-main.ts'],
    absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // It makes Jobs with the one, and never itself again.
    plugins: [embedProgram(nodeProgram), embedSyncProgram(undefined)],
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: false,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    metafile: true,
  });
  const program = result.outputFiles[0]?.contents;
  if (program === undefined) throw new Error('esbuild gave no output');
  if (program.length > MAXIMUM_PROGRAM_BYTES) {
    throw new Error(
      `the sync program has ${program.length} bytes: at most ${MAXIMUM_PROGRAM_BYTES} fit a ConfigMap`,
    );
  }
  return { program, sources: bundledSources(result.metafile) };
};
