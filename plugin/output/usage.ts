// What `usage` shows: one line for each container of each workload, with its profile and what is known of the file.
import { plural, renderNames } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';
import { renderTable } from './table.ts';
import type { ContainerUsageDocument, ProfileDocument, UsageDocument } from './usage-document.ts';

export interface UsageText {
  readonly stdout: string;
  readonly stderr: string;
}

/** API groups of the kinds that `-o name` prints; of others only the kind is known. */
const GROUPS: Readonly<Record<string, string>> = {
  Deployment: '.apps',
  StatefulSet: '.apps',
  DaemonSet: '.apps',
  ReplicaSet: '.apps',
  CronJob: '.batch',
  Job: '.batch',
};

/** Renders the table; what the words leave open is explained on stderr. */
export const renderUsage = (document: UsageDocument, isWide: boolean): UsageText => {
  const { containers, namespace } = document;
  const isEveryNamespace = namespace === undefined;
  const stdout = renderTable(
    [
      ...(isEveryNamespace ? ['namespace'] : []),
      'workload',
      'container',
      'profile',
      'pods',
      'nodes',
      'state',
      ...(isWide ? ['set by', 'node names'] : []),
    ],
    containers.map((one) => [
      ...(isEveryNamespace ? [one.namespace] : []),
      renderWorkload(one),
      renderContainer(one),
      renderProfile(one.profile),
      String(one.pods.length),
      String(nodesOf(one).length),
      renderState(one),
      ...(isWide ? [one.setBy, renderNames(nodesOf(one)) || '-'] : []),
    ]),
  );
  return { stdout, stderr: renderNotes(document) };
};

/** Renders each workload once, as kubectl names it: `deployment.apps/web`. */
export const renderUsageNames = ({ containers }: UsageDocument): string => {
  const names = containers.map(
    ({ workload: { kind, name } }) =>
      `${sanitizeLine(`${kind.toLowerCase()}${GROUPS[kind] ?? ''}/${name}`)}\n`,
  );
  return [...new Set(names)].join('');
};

/** Says what could not be read; empty where all was. */
export const renderUnread = ({ unread }: Pick<UsageDocument, 'unread'>): string =>
  unread
    .map(
      ({ resource, message }) => `error: cannot read ${sanitizeLine(resource)}: ${sanitizeLine(message)}\n`,
    )
    .join('');

const renderWorkload = ({ workload: { kind, name } }: ContainerUsageDocument): string =>
  `${kind.toLowerCase()}/${name}`;

const renderContainer = ({ container: { name, role } }: ContainerUsageDocument): string =>
  role === 'container' ? name : `${name} (${role})`;

const renderProfile = ({ type, localhostProfile }: ProfileDocument): string =>
  type === 'None' ? 'none set' : (localhostProfile ?? type);

const nodesOf = ({ pods }: ContainerUsageDocument): string[] =>
  [...new Set(pods.flatMap(({ node }) => node ?? []))].toSorted();

const renderState = (one: ContainerUsageDocument): string => {
  const { notApplied, ignoredAnnotation, replacement } = one;
  return (
    [
      notApplied && `not applied (${notApplied})`,
      renderFiles(one),
      ignoredAnnotation && `annotation ${renderProfile(ignoredAnnotation)} is ignored`,
      replacement && `now in ${replacement}`,
    ]
      .filter(Boolean)
      .join('; ') || '-'
  );
};

const renderFiles = ({ summary, pods }: ContainerUsageDocument): string => {
  const states = Object.entries(summary);
  if (states.length === 0) return '';
  if (pods.length > 0)
    return states.map(([state, count]) => `${count} ${state.replace('-', ' ')}`).join(', ');
  if (summary.unmanaged !== undefined) return 'unmanaged';
  const total = states.reduce((sum, [, count]) => sum + count, 0);
  const here = `file on ${summary.present ?? 0} of ${plural(total, 'node')}`;
  return summary.unknown === undefined ? here : `${here}, unknown on ${summary.unknown}`;
};

const renderNotes = (document: UsageDocument): string => {
  const { containers } = document;
  const isAnyOlder = containers.some(({ summary }) => summary.older !== undefined);
  const isAnyNone = containers.some(({ profile }) => profile.type === 'None');
  return [
    ...(isAnyOlder
      ? ['older: started under what the path named before; a restart takes the present content\n']
      : []),
    ...(isAnyNone
      ? ["none set: unconfined, unless the node's kubelet is configured with seccompDefault\n"]
      : []),
    renderUnread(document),
  ].join('');
};
