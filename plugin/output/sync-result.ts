// What a sync came to, in words: what it did to which node, then each revision in one line, then what is for people.
import type { RolloutState } from '../../src/rollout/state.ts';
import type { SyncState } from '../../src/rollout/sync-events.ts';
import { nodeResult, plural, renderNames, renderReasons, renderSummary } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';

export interface SyncText {
  readonly stdout: string;
  /** Why something is not done, and what nobody but people can decide. */
  readonly stderr: string;
}

/** Renders the result. */
export const renderSync = (state: SyncState, { isDryRun }: { readonly isDryRun: boolean }): SyncText => {
  const { rollouts, left, taints, held, busy } = state;
  const dryRun = isDryRun ? 'client' : 'none';
  const installs = rollouts.filter(({ operation }) => operation === 'install');
  const stdout = [
    ...rollouts.map((rollout) => renderNodes(rollout, isDryRun)),
    ...left.filter(({ why }) => why !== undefined || !isRemoved(state)).map(renderLeft),
    ...taints.map(renderTaint),
    ...installs.map((rollout) => renderSummary({ ...rollout, ending: 'complete' }, dryRun)),
  ];
  const stderr = [
    ...rollouts.map((rollout) => renderReasons(rollout, 'node/')),
    ...busy.map(
      ({ bundle, message }) => `skipped: bundle ${sanitizeLine(bundle)}: ${sanitizeLine(message)}\n`,
    ),
    ...held.map(renderHeld),
    installs.length === 0 && left.length === 0 && busy.length === 0 ? 'Nothing should be on any node.\n' : '',
  ];
  return { stdout: stdout.join(''), stderr: stderr.join('') };
};

const isRemoved = ({ rollouts }: SyncState): boolean =>
  rollouts.some(({ operation }) => operation === 'remove');

/** What is as it was before is not worth a line. */
const renderNodes = (rollout: RolloutState, isDryRun: boolean): string => {
  const { operation, bundle = '', revision } = rollout;
  const name = sanitizeLine(bundle);
  const what = operation === 'remove' || revision === undefined ? name : `${name}@v${revision}`;
  return [...rollout.nodes.values()]
    .filter(({ phase }) => phase !== 'up-to-date' && phase !== 'excluded')
    .map((node) => {
      const why = node.reason === undefined || node.phase === 'done' ? '' : ` (${node.reason.code})`;
      const result = nodeResult(node, isDryRun ? 'client' : 'none');
      const would = operation === 'remove' ? 'removed' : 'installed';
      const suffix = isDryRun ? ' (dry run)' : '';
      return `node/${sanitizeLine(node.node.name)} ${result === 'would run' ? would : result}${why} ${what}${suffix}\n`;
    })
    .join('');
};

const renderLeft = ({ node, bundle, why }: SyncState['left'][number]): string => {
  const [name, what] = [node, bundle].map(sanitizeLine);
  return why === undefined
    ? `node/${name} left ${what}: nothing wants it there any more; --prune removes it\n`
    : `node/${name} left ${what}, and keeps it: ${sanitizeLine(why)}\n`;
};

const renderTaint = ({ node, waitsFor, reason }: SyncState['taints'][number]): string => {
  const name = `node/${sanitizeLine(node)}`;
  if (reason) return `${name} keeps its startup taint: ${sanitizeLine(reason.message)}\n`;
  return waitsFor.length === 0
    ? `${name} lost its startup taint\n`
    : `${name} keeps its startup taint: waits for ${waitsFor.map(sanitizeLine).join(', ')}\n`;
};

const renderHeld = ({ bundle, revision, outcome, nodes }: SyncState['held'][number]): string => {
  const state = outcome === 'running' ? 'is being rolled out, or was cut short' : `was ${outcome}`;
  return `held: ${sanitizeLine(bundle)}@v${revision} ${state.replace('was failed', 'failed')}: ${plural(nodes.length, 'node')} (${renderNames(nodes)}) ${nodes.length === 1 ? 'does' : 'do'} not get it by a sync; apply it again, or roll it back\n`;
};
