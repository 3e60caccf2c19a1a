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

/** Splits `TYPE/NAME`; undefined for anything else. */
export const splitNamed = (text: string): { readonly type: string; readonly name: string } | undefined => {
  const [, type, name] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  return type === undefined || name === undefined ? undefined : { type, name };
};

const parseOne = (text: string): NamedObject => {
  const { type, name } = splitNamed(text) ?? {};
  if (type === undefined || name === undefined)
    throw refuse(`"${text}" names no workload`, 'Write TYPE/NAME, e.g. deployment/web.');
  return { kind: parseKind(type), name: parseName(name, text) };
};

/** Finds a kind by `deploy`, `Deployment`, `deployments`, `deployments.apps` or `deployments.v1.apps`. */
export const findKind = (type: string, kinds: readonly WorkloadKind[]): WorkloadKind | undefined => {
  const lower = type.toLowerCase();
  return kinds.find((one) => namesOf(one).includes(lower));
};

const parseKind = (type: string): WorkloadKind => {
  const found = findKind(type, POD_KINDS);
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

/** Checks an object's name, which becomes a part of request paths: `..` would ask for something else. */
export const parseName = (name: string, text: string): string => {
  if (/^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) return name;
  throw refuse(`"${text}": "${name}" is not the name of an object`);
};

const refuse = (message: string, hint?: string): SeccompError =>
  new SeccompError('usage', message, hint === undefined ? {} : { hint });
