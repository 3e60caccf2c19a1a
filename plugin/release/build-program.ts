// Bundles the program that runs on nodes into one file. The same sources give the same bytes: its sha256 is what
// every Job checks before it runs it.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What fits a ConfigMap (1 MiB) with room for its metadata. */
export const MAXIMUM_PROGRAM_BYTES = 900 * 1024;

/** Builds the program as one CommonJS script for Node 22 or newer; `entry` is another one only in tests. */
export const buildProgram = async (entry = 'bootstrap/main.ts'): Promise<Uint8Array> => {
  const result = await build({
    entryPoints: [entry],
    // The checkout, wherever it lies: esbuild names sources relative to it.
    absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // A stack in a bug report is readable without a source map.
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: false,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  });
  const program = result.outputFiles[0]?.contents;
  if (program === undefined) throw new Error('esbuild gave no output');
  if (program.length > MAXIMUM_PROGRAM_BYTES) {
    throw new Error(
      `the program has ${program.length} bytes: at most ${MAXIMUM_PROGRAM_BYTES} fit a ConfigMap`,
    );
  }
  return program;
};
