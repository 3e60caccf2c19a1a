// What `verify` shows: one line per node and bundle, then what was found beside them.
import type { NodeVerdictDocument, VerdictDocument, VerifyDocument } from './documents.ts';
import { chooseRows, renderCounts } from './many-rows.ts';
import { plural, renderNames } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';
import type { StatusText } from './status-result.ts';
import { renderTable } from './table.ts';

const DETAILS_SHOWN = 3;

interface Row {
  readonly node: NodeVerdictDocument;
  readonly verdict: VerdictDocument;
}

/** Renders the table of verdicts, the counts, and the foreign files, which are no fault. */
export const renderVerification = ({ nodes, summary }: VerifyDocument, isWide: boolean): StatusText => {
  const all = nodes.flatMap((node) => node.bundles.map((verdict): Row => ({ node, verdict })));
  if (all.length === 0) {
    return { stdout: renderForeign(nodes), stderr: 'No bundle is wanted here, and none was found.\n' };
  }
  const { rows, hidden } = chooseRows(all, ({ verdict }) => verdict.state !== 'in-sync', isWide);
  const table = renderTable(
    ['node', 'bundle', 'state', 'generation', 'found'],
    rows.map(({ node, verdict }) => [
      node.name,
      verdict.name,
      verdict.state,
      verdict.current ?? '',
      describeFound(node, verdict, isWide),
    ]),
  );
  const foreign = renderForeign(nodes);
  return {
    stdout: `${table}${table === '' ? '' : '\n'}${renderCounts(summary)}\n${foreign}`,
    stderr: hidden === 0 ? '' : `${plural(hidden, 'line')} more: -o wide lists all\n`,
  };
};

/** Says what was found of a bundle on a node; beyond three things only with `isWide`. */
export const describeFound = (
  { reason }: NodeVerdictDocument,
  verdict: VerdictDocument,
  isWide: boolean,
): string => {
  if (verdict.state === 'unknown' && reason) return `${reason.code}: ${reason.message}`;
  const own = `${verdict.current}/`;
  const found = [
    ...verdict.problems,
    ...verdict.drift.map(
      ({ path, kind }) => `${path.startsWith(own) ? path.slice(own.length) : path} ${kind}`,
    ),
    ...(verdict.state === 'stale'
      ? [verdict.wanted ? `${verdict.wanted} is wanted` : 'nothing is wanted here']
      : []),
    ...(verdict.state === 'unknown'
      ? [verdict.wanted ? 'was not asked' : 'no record says what is wanted here']
      : []),
    ...(verdict.state === 'missing' && verdict.wanted ? [`${verdict.wanted} is wanted`] : []),
  ];
  const shown = isWide ? found : found.slice(0, DETAILS_SHOWN);
  const rest = found.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
};

/** Nodes with the same foreign files share a line. */
const renderForeign = (nodes: readonly NodeVerdictDocument[]): string => {
  const groups = new Map<string, string[]>();
  for (const { name, foreign } of nodes) {
    if (foreign.length === 0) continue;
    const key = foreign.map(sanitizeLine).join(', ');
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups]
    .map(([files, names]) => `foreign files on ${renderNames(names)}, no fault: ${files}\n`)
    .join('');
};
