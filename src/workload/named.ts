// Which object is meant: `deploy/web` or `deploy web`, as kubectl takes it, of every kind that is or makes pods.
import { SeccompError } from '../error.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from './kinds.ts';

export interface NamedObject {
  readonly kind: WorkloadKind;
  readonly name: string;
}

export const POD_KIND: WorkloadKind = { group: '/api/v1', resource: 'pods', kind: 'Pod' };

/** Every kind that has a pod's spec in it. */
export const POD_KINDS: readonly WorkloadKind[] = [POD_KIND, ...WORKLOAD_KINDS];

const SHORT_NAMES: Readonly<Record<string, string>> = {
  po: 'Pod',
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  rs: 'ReplicaSet',
  rc: 'ReplicationController',
  cj: 'CronJob',
};

/** Parses what stands on a command line: `TYPE/NAME…`, or `TYPE NAME…`; throws SeccompError `usage`. */
export const parseNamedObjects = (words: readonly string[]): readonly NamedObject[] => {
  const [first = '', ...names] = words;
  if (words.length === 0 || first.includes('/')) return words.map(parseOne);
  if (names.length > 0 && !names.some((name) => name.includes('/')))
    return names.map((name) => ({ kind: parseKind(first), name: parseName(name, first) }));
  throw refuse(`"${words.join(' ')}" names no workload`, 'Write TYPE/NAME, e.g. deployment/web.');
};

const parseOne = (text: string): NamedObject => {
  const [, type = '', name = ''] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (type === '') throw refuse(`"${text}" names no workload`, 'Write TYPE/NAME, e.g. deployment/web.');
  return { kind: parseKind(type), name: parseName(name, text) };
};

/** Takes `deploy`, `Deployment`, `deployments`, `deployments.apps` and `deployments.v1.apps`. */
const parseKind = (type: string): WorkloadKind => {
  const lower = type.toLowerCase();
  const found = POD_KINDS.find((one) => namesOf(one).includes(lower));
  if (found) return found;
  throw refuse(
    `"${type}" is no kind of object that is or makes pods`,
    `Known are ${POD_KINDS.map(({ kind }) => kind.toLowerCase()).join(', ')}; check -f takes a manifest of one of them.`,
  );
};

const namesOf = ({ kind, resource, group }: WorkloadKind): readonly string[] => {
  const [plural = '', groupName] = resource.split(/\.(.*)/s);
  const plain = [kind.toLowerCase(), plural];
  const version = group.split('/').at(-1);
  return [
    ...plain,
    ...Object.keys(SHORT_NAMES).filter((short) => SHORT_NAMES[short] === kind),
    ...(groupName ? plain.flatMap((one) => [`${one}.${groupName}`, `${one}.${version}.${groupName}`]) : []),
  ];
};

/** It becomes a part of request paths: `..` would ask for something else. */
const parseName = (name: string, text: string): string => {
  if (/^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) return name;
  throw refuse(`"${text}": "${name}" is not the name of an object`);
};

const refuse = (message: string, hint?: string): SeccompError =>
  new SeccompError('usage', message, hint === undefined ? {} : { hint });
