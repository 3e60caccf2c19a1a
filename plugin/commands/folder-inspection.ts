// `--root DIR`: what lies in a folder of this machine, and what such a verb refuses.
import { SeccompError } from '../../src/error.ts';
import type { Inspection } from '../../src/protocol/report.ts';
import type { Outside } from '../outside.ts';
import { clusterFlags, type Given, jobFlags, selectionFlags } from './flags.ts';
import { waveFlags } from './wave-flags.ts';

/** A verb with `--root` has no use for what names or reaches nodes. A namespace is what kubectl's users give everywhere. */
export const refuseClusterFlags = (given: Given): void => {
  const { namespace: _, ...refused } = { ...selectionFlags, ...waveFlags, ...jobFlags, ...clusterFlags };
  for (const name of Object.keys(refused)) {
    const key = name.replace(/-./g, ([, letter = '']) => letter.toUpperCase());
    if (given[key] === undefined) continue;
    throw new SeccompError('usage', `--root works without a cluster: --${name} cannot be given with it`);
  }
};

/** Asks a folder what lies in it; throws SeccompError `node` when it cannot tell. */
export const inspectFolder = async (root: string, outside: Outside, bundle?: string): Promise<Inspection> => {
  if ((await outside.files.kind(root)) === 'file') {
    throw new SeccompError(
      'usage',
      `--root: "${root}" is a file; the folder that holds the bundles was wanted`,
    );
  }
  const report = await outside.runOnFolder(root, {
    version: 1,
    operation: 'inspect',
    ...(bundle && { bundle }),
  });
  if (report.inspection) return report.inspection;
  throw new SeccompError(
    'node',
    `cannot inspect "${root}": ${report.error?.message ?? 'the report says nothing'}`,
  );
};

/** Names the command that shows which bundles there are, where a name was not one of them. */
export const statusHint = ({ programName }: Outside, root?: string): string =>
  `See what there is: ${programName} status${root === undefined ? '' : ` --root ${root}`}`;
