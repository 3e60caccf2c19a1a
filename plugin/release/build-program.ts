// Bundles the program that runs on nodes into one file. The same sources give the same bytes: its sha256 is what
// every Job checks before it runs it.
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

/** What fits a ConfigMap (1 MiB) with room for its metadata. */
export const MAXIMUM_PROGRAM_BYTES = 900 * 1024;

export interface BundledProgram {
  readonly program: Uint8Array;
  /** The files it was made from, relative to the checkout. */
  readonly sources: readonly string[];
}

/** Builds the program as one CommonJS script for Node 22 or newer; `entry` is another one only in tests. */
export const buildProgram = async (entry?: string): Promise<Uint8Array> =>
  (await bundleProgram(entry)).program;

/** Builds a program that a ConfigMap carries, and says what it was made from. */
export const bundleProgram = async (
  entry = 'bootstrap/main.ts',
  plugins: Plugin[] = [],
): Promise<BundledProgram> => {
  const result = await build({
    entryPoints: [entry],
    // The checkout, wherever it lies: esbuild names sources relative to it.
    absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    plugins,
    // A stack in a bug report is readable without a source map.
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
      `${entry} makes ${program.length} bytes: at most ${MAXIMUM_PROGRAM_BYTES} fit a ConfigMap`,
    );
  }
  return { program, sources: bundledSources(result.metafile) };
};

/** Lists the files that something of the output came from: one that was read and left out is not in it. */
export const bundledSources = ({ outputs }: Metafile): string[] => [
  ...new Set(
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0),
    ),
  ),
];
