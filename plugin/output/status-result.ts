// What `status` shows: a summary of each bundle, then bundle × node.

import type {
  BundleStatusDocument,
  CellDocument,
  NodeGroupsDocument,
  NodeStatusDocument,
  StatusDocument,
} from './documents.ts';
import { renderDuration } from './duration.ts';
import { chooseRows, renderCounts } from './many-rows.ts';
import { plural, renderNames } from './rollout-result.ts';
import { renderSyncStatus } from './sync-status.ts';
import { renderTable } from './table.ts';

const GOOD = new Set(['in-sync', 'excluded']);

export interface StatusText {
  readonly stdout: string;
  /** What was left out, and where it can be seen. */
  readonly stderr: string;
}

/** Renders the tables; `nowMs` is what ages are counted to. */
export const renderStatus = (
  { bundles, nodes, groups, gone, sync }: StatusDocument,
  { isWide, nowMs }: { readonly isWide: boolean; readonly nowMs: number },
): StatusText => {
  if (bundles.length === 0 && gone.length === 0) return { stdout: '', stderr: 'No bundles found.\n' };
  const needsAttention = (node: NodeStatusDocument): boolean =>
    node.bundles.some(({ state }) => !GOOD.has(state));
  const { rows, hidden } = groups ? { rows: [], hidden: 0 } : chooseRows(nodes, needsAttention, isWide);
  const matrix = groups
    ? renderGroups(groups, bundles)
    : renderTable(
        ['node', ...bundles.map(({ name }) => name)],
        rows.map((node) => [node.name, ...bundles.map((bundle) => renderCell(node, bundle, isWide))]),
      );
  const end = renderGone(gone) + (sync ? renderSyncStatus(sync, nowMs) : '');
  const sections = [renderSummary(bundles, isWide, nowMs), matrix, end].filter((one) => one !== '');
  const left =
    hidden === 0 ? '' : `${plural(hidden, 'node')} more, ${renderHidden(nodes, rows)}: -o wide lists all\n`;
  return { stdout: sections.join('\n'), stderr: left };
};

const renderGroups = ({ by, groups }: NodeGroupsDocument, shown: readonly BundleStatusDocument[]): string =>
  renderTable(
    [by, 'nodes', ...shown.map(({ name }) => name)],
    groups.map(({ value, nodes, bundles }) => [
      value,
      nodes.toLocaleString('en-US'),
      ...shown.map(
        ({ name }) => renderCounts(bundles.find((one) => one.name === name)?.summary ?? {}) || '-',
      ),
    ]),
  );

const renderHidden = (nodes: readonly NodeStatusDocument[], shown: readonly NodeStatusDocument[]): string => {
  const seen = new Set(shown);
  const isGood = nodes.every((node) => seen.has(node) || node.bundles.every(({ state }) => GOOD.has(state)));
  return isGood ? 'all in sync' : 'not all in sync';
};

const renderSummary = (bundles: readonly BundleStatusDocument[], isWide: boolean, nowMs: number): string =>
  renderTable(
    ['bundle', 'revision', 'generation', 'in sync', 'otherwise', 'age', ...(isWide ? ['by', 'nodes'] : [])],
    bundles.map((bundle) => {
      const { 'in-sync': good = 0, ...others } = bundle.summary;
      const total = good + Object.values(others).reduce((sum, count) => sum + count, 0);
      return [
        bundle.name,
        bundle.revision === undefined ? '' : `v${bundle.revision}`,
        bundle.generation ?? '',
        `${good}/${total}`,
        renderCounts(others),
        bundle.startedAt === undefined ? '' : renderDuration(nowMs - Date.parse(bundle.startedAt)),
        ...(isWide ? [bundle.who ?? '', bundle.selector === '' ? 'all' : (bundle.selector ?? '')] : []),
      ];
    }),
  );

const renderCell = (
  node: NodeStatusDocument,
  { name: bundle, generation }: BundleStatusDocument,
  isWide: boolean,
): string => {
  const cell = node.bundles.find(({ name }) => name === bundle);
  if (!cell) return '-';
  // A later revision that left this node out: in sync, but not with the generation that the summary names.
  const isOther = cell.state === 'in-sync' && cell.current !== generation && !isWide;
  const remark = cell.reason ?? (isOther ? cell.current : undefined);
  const why = remark === undefined ? '' : ` (${remark})`;
  return `${cell.state}${why}${isWide ? renderDetail(cell) : ''}`;
};

const renderDetail = ({ revision, current }: CellDocument): string =>
  `${revision === undefined ? '' : ` v${revision}`}${current === undefined ? '' : ` ${current}`}`;

const renderGone = (gone: StatusDocument['gone']): string => {
  if (gone.length === 0) return '';
  const names = [...new Set(gone.map(({ name, generation }) => `${name} (${generation})`))];
  return `Gone from the cluster, with a bundle on their disks: ${renderNames(names)}\n`;
};
