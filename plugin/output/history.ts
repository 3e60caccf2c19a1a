// What `history` shows: a line for each revision, or all that is recorded of one.
import { generationName } from '../../src/protocol/layout.ts';
import { changesBetween } from '../../src/rollout/changes.ts';
import type { Release } from '../../src/rollout/release.ts';
import { API_VERSION } from './document.ts';
import { renderDuration } from './duration.ts';
import type { HistoryDocument, RevisionDetailDocument, RevisionDocument } from './history-document.ts';
import { countBy, renderCounts } from './many-rows.ts';
import { renderNames } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';
import { renderTable } from './table.ts';

/** Builds the document of a bundle's records (newest last). */
export const historyDocument = (bundle: string, releases: readonly Release[]): HistoryDocument => ({
  apiVersion: API_VERSION,
  kind: 'History',
  bundle,
  revisions: releases.map((release, index) => describeRevision(release, releases.slice(0, index))),
});

/** Builds the document of one revision; `earlier` are the records before it. */
export const revisionDocument = (release: Release, earlier: readonly Release[]): RevisionDetailDocument => ({
  apiVersion: API_VERSION,
  kind: 'Revision',
  bundle: release.bundle,
  ...describeRevision(release, earlier),
  profiles: (release.manifest?.profiles ?? []).map(({ path, sha256, sizeBytes, architectures }) => ({
    path,
    sha256,
    sizeBytes,
    ...(architectures && { architectures }),
  })),
  nodes: Object.entries(release.nodes).map(([name, { result, reason, uid, machineId, at }]) => ({
    name,
    result,
    ...(reason && { reason }),
    uid,
    machineId,
    ...(at !== undefined && { at }),
  })),
});

const describeRevision = (release: Release, earlier: readonly Release[]): RevisionDocument => {
  const { revision, operation, digest, outcome, who, startedAt, endedAt, selector, nodeNames, rolledBackTo } =
    release;
  const before = earlier.at(-1);
  // Of a revision whose predecessor is not recorded any more nobody can say what it changed.
  const isComparable = before !== undefined || revision === 1;
  return {
    revision,
    operation,
    ...(digest !== undefined && { digest, generation: generationName(release.bundle, digest) }),
    outcome,
    who,
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    selector,
    ...(nodeNames && { nodeNames }),
    ...(rolledBackTo !== undefined && { rolledBackTo }),
    summary: countBy(Object.values(release.nodes).map(({ result }) => result)),
    ...(isComparable && { changes: changesBetween(before?.manifest, release.manifest) }),
  };
};

/** Renders the table; `nowMs` is what ages are counted to. */
export const renderHistory = (
  { revisions }: HistoryDocument,
  { isWide, nowMs }: { readonly isWide: boolean; readonly nowMs: number },
): string =>
  renderTable(
    [
      ...['revision', 'generation', 'outcome', 'nodes', 'age', 'by', 'changes'],
      ...(isWide ? ['selected', 'started'] : []),
    ],
    revisions.map((one) => [
      `v${one.revision}`,
      one.generation ?? '(removed)',
      one.outcome,
      renderNodes(one),
      renderDuration(nowMs - Date.parse(one.startedAt)),
      one.who,
      renderChanges(one),
      ...(isWide ? [renderSelection(one), one.startedAt] : []),
    ]),
  );

/** Renders all that is known of one revision. */
export const renderRevision = (document: RevisionDetailDocument): string => {
  const lines: [string, string][] = [
    ['Revision', `${document.bundle}@v${document.revision}`],
    ['Generation', document.generation ?? '(removed)'],
    ...(document.digest === undefined ? [] : [['Digest', `sha256:${document.digest}`] as [string, string]]),
    ['Outcome', document.outcome],
    ['By', document.who],
    ['Started', document.startedAt],
    ...(document.endedAt === undefined ? [] : [['Ended', document.endedAt] as [string, string]]),
    ['Selected', renderSelection(document)],
    ['Changes', renderChanges(document) || 'none'],
    ['Nodes', renderCounts(document.summary) || 'none'],
  ];
  const profiles = renderTable(
    ['profile', 'size', 'sha256'],
    document.profiles.map(({ path, sha256, sizeBytes, architectures }) => [
      `${path}${architectures ? ` (${architectures.join(', ')})` : ''}`,
      `${sizeBytes}`,
      sha256,
    ]),
  );
  const nodes = renderTable(
    ['node', 'result', 'reason', 'at'],
    document.nodes.map(({ name, result, reason, at }) => [name, result, reason ?? '', at ?? '']),
  );
  const head = lines.map(([name, value]) => `${`${name}:`.padEnd(13)}${sanitizeLine(value)}\n`).join('');
  return [head, profiles, nodes].filter((part) => part !== '').join('\n');
};

const renderNodes = ({ summary }: RevisionDocument): string => {
  const { done = 0, excluded: _, ...others } = summary;
  const total = done + Object.values(others).reduce((sum, count) => sum + count, 0);
  return `${done}/${total}`;
};

const renderSelection = ({ selector, nodeNames }: RevisionDocument): string => {
  if (nodeNames) return `by name: ${renderNames(nodeNames)}`;
  return selector === '' ? 'all' : selector;
};

const renderChanges = ({ operation, changes, rolledBackTo }: RevisionDocument): string => {
  if (operation === 'remove') return '';
  const words = (['added', 'changed', 'removed'] as const).flatMap((kind) =>
    changes && changes[kind].length > 0 ? [`${kind} ${renderNames(changes[kind])}`] : [],
  );
  const back = rolledBackTo === undefined ? [] : [`back to v${rolledBackTo}`];
  return [...back, ...words].join('; ');
};
