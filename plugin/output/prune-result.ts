// What a prune came to, in words: a line for each node, what stays and who needs it, and a sum for each bundle.
import { generationName } from '../../src/protocol/layout.ts';
import { type KeptDocument, type Pruned, type PrunedNodeDocument, pruneDocument } from './prune-document.ts';
import { type DryRun, plural, renderNames } from './rollout-result.ts';
import { sanitizeLine, sanitizeText } from './sanitize.ts';
import { renderUsers } from './users.ts';

const SUFFIX: Readonly<Record<DryRun, string>> = {
  none: '',
  client: ' (dry run)',
  server: ' (server dry run)',
};

/** Renders one bundle's result; `prefix` is `node/`, or nothing for a folder of this machine. */
export const renderPruned = (pruned: Pruned, dryRun: DryRun, prefix: string): string => {
  const noun = prefix === '' ? 'folder' : 'node';
  const [document] = pruneDocument([pruned], dryRun).bundles;
  if (document === undefined) return '';
  const { nodes, kept } = document;
  const suffix = SUFFIX[dryRun];
  const lines = nodes.map((node) => `${prefix}${sanitizeLine(node.name)} ${renderNode(node)}${suffix}\n`);
  return [
    ...lines,
    ...kept.map((one) => renderKept(one, pruned)),
    `${renderSum(pruned, nodes, noun)}${suffix}\n`,
  ].join('');
};

const renderNode = ({ result, removed, removedCount, reason }: PrunedNodeDocument): string => {
  if (result === 'up-to-date') return 'unchanged';
  if (result !== 'pruned' && result !== 'would run')
    return `${result}${reason === undefined ? '' : ` (${reason.code})`}`;
  const unlisted = (removedCount ?? removed.length) - removed.length;
  const names = removed.length > 0 ? `: ${renderNames(removed)}` : '';
  const more =
    unlisted > 0 ? `${names === '' ? ': ' : ' and '}${plural(unlisted, 'unlisted generation')}` : '';
  return `pruned${names}${more}`;
};

const renderKept = ({ generation, because, nodes }: KeptDocument, { bundle, plan }: Pruned): string => {
  const where = plural(nodes, 'node');
  if (because === 'newest') return `kept ${generation} on ${where}: one of the newest\n`;
  if (because === 'wanted') return `kept ${generation} on ${where}: a rollout to it is not done\n`;
  const users = plan?.pins.get(generation.slice(generationName(bundle, '').length)) ?? [];
  return sanitizeText(`kept ${generation} on ${where}, because it is in use:\n${renderUsers(users)}\n`);
};

const renderSum = ({ bundle, state }: Pruned, nodes: readonly PrunedNodeDocument[], noun: string): string => {
  const name = sanitizeLine(bundle);
  if (nodes.length === 0)
    return `${name}: ${state.ending === 'complete' ? `no ${noun} matches` : 'nothing was done'}`;
  const touched = nodes.filter(({ result }) => result === 'pruned' || result === 'would run');
  const count = touched.reduce((sum, { removed, removedCount }) => sum + (removedCount ?? removed.length), 0);
  const isIdle = nodes.every(({ result }) => result === 'up-to-date' || result === 'unchanged');
  if (isIdle) return `${name}: nothing to remove`;
  const of = (result: string) => nodes.filter((node) => node.result === result).length;
  return [
    `${name}: ${plural(count, 'generation')} removed from ${plural(touched.length, noun)}`,
    `${of('failed')} failed`,
    ...['pending', 'excluded', 'unfinished'].flatMap((result) =>
      of(result) > 0 ? [`${of(result)} ${result}`] : [],
    ),
  ].join(', ');
};
