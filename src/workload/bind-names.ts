// Which workload is meant: `deploy/web` as kubectl takes it. What cannot be changed is told from what does not exist.
import { SeccompError } from '../error.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from './kinds.ts';

/** What is bound: an object whose template can be changed. */
export interface WorkloadChoice {
  readonly kind: WorkloadKind;
  readonly name: string;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  rs: 'ReplicaSet',
  rc: 'ReplicationController',
  cj: 'CronJob',
  po: 'Pod',
};
const WANTED = 'a Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController or CronJob';

/** The kinds whose template may be changed: the API server refuses every change to a Job's. */
export const BINDABLE_KINDS: readonly WorkloadKind[] = WORKLOAD_KINDS.filter(({ kind }) => kind !== 'Job');

/** Names an object as kubectl prints it, e.g. `deployment.apps/web`. */
export const renderWorkload = ({ kind, name }: WorkloadChoice): string =>
  `${kind.resource.replace(/^([a-z]+)s(?=\.|$)/, '$1')}/${name}`;

/** What a file may hold beside: there a Job or a Pod is only text. */
export const FILE_KINDS: readonly WorkloadKind[] = [
  ...WORKLOAD_KINDS,
  { group: '/api/v1', resource: 'pods', kind: 'Pod' },
];

/** Parses `TYPE/NAME`; throws SeccompError `usage`. */
export const parseWorkload = (
  text: string,
  kinds: readonly WorkloadKind[] = BINDABLE_KINDS,
): WorkloadChoice => {
  const [, type = '', name = ''] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (type === '') throw refuse(`"${text}" is no workload`, `Name ${WANTED}, e.g. deployment/web.`);
  // It becomes a part of request paths: `..` would ask for something else.
  if (!/^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name))
    throw refuse(`"${text}": "${name}" is not the name of an object`);
  const kind = kinds.find((one) => isNamed(type.toLowerCase(), one));
  if (kind) return { kind, name };
  if (/^jobs?(\.|$)/i.test(type))
    throw refuse(
      `the template of a Job cannot be changed: "${text}"`,
      'Bind the CronJob that makes it, or change what creates it: bind -f FILE edits a file.',
    );
  if (/^(po|pods?)$/i.test(type))
    throw refuse(
      `the profile of a Pod cannot be changed: "${text}"`,
      'Bind the workload that makes it, or change what creates it: bind -f FILE edits a file.',
    );
  throw refuse(`"${type}" is no kind of workload that can be bound`, `Name ${WANTED}.`);
};

const isNamed = (type: string, { kind, resource }: WorkloadKind): boolean => {
  const singular = kind.toLowerCase();
  const [plural = '', group = ''] = resource.split(/\.(.*)/s);
  const suffix = group === '' ? [] : [`${singular}.${group}`, resource];
  return [singular, plural, ...suffix].includes(type) || SHORT_NAMES[type] === kind;
};

const refuse = (message: string, hint?: string): SeccompError =>
  new SeccompError('usage', message, hint === undefined ? {} : { hint });
