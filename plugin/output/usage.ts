// What `usage` shows: one line for each container of each workload, with its profile and what is known of the file.
import { plural, renderNames } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';
import { renderTable } from './table.ts';
import type { ContainerUsageDocument, ProfileDocument, UsageDocument } from './usage-document.ts';
import { renderWorkloadName } from './workload-name.ts';

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
      renderWorkloadName(one.workload),
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
  const names = containers.map(({ workload }) => {
    const { kind, name, group } = workload;
    const known = group === undefined ? `${kind.toLowerCase()}${GROUPS[kind] ?? ''}/${name}` : undefined;
    return `${sanitizeLine(known ?? renderWorkloadName(workload))}\n`;
  });
  return [...new Set(names)].join('');
};

/** Says what could not be read; empty where all was. */
export const renderUnread = ({ unread }: Pick<UsageDocument, 'unread'>): string =>
  unread
    .map(
      ({ resource, message }) => `error: cannot read ${sanitizeLine(resource)}: ${sanitizeLine(message)}\n`,
    )
    .join('');

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
      one.workload.group !== undefined && 'template not read',
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
  const isAnyForeign = containers.some(({ workload }) => workload.group !== undefined);
  const isAnyNone = containers.some(({ profile }) => profile.type === 'None');
  return [
    ...(isAnyOlder
      ? ['older: started under what the path named before; a restart takes the present content\n']
      : []),
    ...(isAnyForeign
      ? [
          "template not read: of kinds that are not Kubernetes' own, pods and ReplicaSets are all that is seen\n",
        ]
      : []),
    ...(isAnyNone
      ? ["none set: unconfined, unless the node's kubelet is configured with seccompDefault\n"]
      : []),
    renderUnread(document),
  ].join('');
};
