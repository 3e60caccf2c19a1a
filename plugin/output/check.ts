// What `check` shows: one line for each container and class of nodes, then what was left out and what it rests on.
import type { ContainerStartDocument, StartCheckDocument } from './check-document.ts';
import { plural, renderNames } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';
import { renderTable } from './table.ts';
import { renderUnread } from './usage.ts';

export interface CheckText {
  readonly stdout: string;
  readonly stderr: string;
}

/** Renders the table; what it rests on is said on stderr. `isProbed`: short pods were started. */
export const renderCheck = (document: StartCheckDocument, isWide: boolean, isProbed: boolean): CheckText => {
  const { containers } = document;
  const stdout = renderTable(
    [
      ...['workload', 'container', 'profile', 'node class', 'nodes', 'verdict', 'reason'],
      ...(isWide ? ['node names'] : []),
    ],
    containers.flatMap((one) =>
      one.classes.map(({ nodeClass, nodes, verdict, reasons }) => [
        renderWorkload(one),
        one.container.role === 'container'
          ? one.container.name
          : `${one.container.name} (${one.container.role})`,
        one.localhostProfile,
        nodeClass,
        String(nodes.length),
        verdict,
        reasons.map(({ message }) => message).join('; ') || '-',
        ...(isWide ? [renderNames(nodes)] : []),
      ]),
    ),
  );
  return { stdout, stderr: renderNotes(document, isProbed) };
};

const renderWorkload = ({ workload: { kind, name } }: Pick<ContainerStartDocument, 'workload'>): string =>
  `${kind.toLowerCase()}/${name}`;

const renderNotes = (document: StartCheckDocument, isProbed: boolean): string => {
  const { containers, leftOut, isVerified } = document;
  if (containers.length === 0)
    return `No container names a localhost profile: nothing to check.\n${renderUnread(document)}`;
  const homeless = containers.filter(({ classes }) => classes.length === 0).map(renderWorkload);
  const isAnyUnknown = containers.some(({ classes }) => classes.some(({ verdict }) => verdict === 'unknown'));
  return [
    ...[...new Set(homeless)].map((name) => `${sanitizeLine(name)}: no node takes its pods\n`),
    ...leftOut.map(
      (one) =>
        `left out for ${sanitizeLine(renderWorkload(one))}: ${renderLeftOut(one.nodes)}: ${sanitizeLine(one.message)}\n`,
    ),
    renderUnread(document),
    ...(isVerified ? [] : ['what is on the nodes is what labels and records say; --verify asks the disks\n']),
    ...(isAnyUnknown && !isProbed ? ['--probe settles it by a short pod on one node of each class\n'] : []),
  ].join('');
};

const NODES_NAMED = 3;

const renderLeftOut = (nodes: readonly string[]): string =>
  nodes.length <= NODES_NAMED ? renderNames(nodes) : plural(nodes.length, 'node');
