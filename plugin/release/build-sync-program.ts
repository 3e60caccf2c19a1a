// Bundles the sync that runs inside the cluster into one file, with the program for the nodes in it. As with that, the
// same sources give the same bytes.
import { type BundledProgram, bundleProgram } from './build-program.ts';
import { embedProgram, embedSyncProgram } from './embed.ts';

/** Builds the program as one CommonJS script for Node 22 or newer. */
export const buildSyncProgram = async (): Promise<Uint8Array> =>
  (await bundleSyncProgram((await bundleProgram()).program)).program;

/** Builds the program around the one for the nodes, and says what it was made from. */
export const bundleSyncProgram = (nodeProgram: Uint8Array): Promise<BundledProgram> =>
  // It makes Jobs with the one, and never itself again.
  bundleProgram('plugin/sync-main.ts', [embedProgram(nodeProgram), embedSyncProgram(undefined)]);
