// What each verb needs of the API server, in one table: roles are printed from it, permissions are asked by it, and a
// suite on a real cluster holds every verb to exactly these.
import { WORKLOAD_KINDS } from '../workload/kinds.ts';
import { SYNC_NAME, syncNameElsewhere } from './names.ts';

/** Where a right is needed. */
export type RightScope =
  | 'cluster'
  | 'install-namespace'
  /** The Namespace itself: a Role in it would go with it, before its end can be seen. */
  | 'install-namespace-object'
  /** Where Events about Nodes are. */
  | 'default-namespace';

export interface Right {
  /** API group; '' for the core. */
  readonly group: string;
  /** Plural, with its subresource: `pods/log`. */
  readonly resource: string;
  readonly verb: string;
  readonly scope: RightScope;
  /** Only about the objects of the sync inside the cluster, of whatever kind. */
  readonly isOfSync?: true;
  /** What is lost without it, where the verb goes on all the same; absent: it cannot. */
  readonly without?: string;
}

/** Who can tell which rights the user has. */
export interface Access {
  /** Returns those of the rights that the user does not have; what cannot be told counts as had. Changes nothing. */
  findMissing(rights: readonly Right[]): Promise<readonly Right[]>;
}

/** Returns the namespace in which a right is to be granted; undefined for the whole cluster. */
export const namespaceOfRight = ({ scope }: Right, installNamespace: string): string | undefined => {
  if (scope === 'install-namespace') return installNamespace;
  return scope === 'default-namespace' ? 'default' : undefined;
};

/** Returns the name of the only object that a right is about. */
export const nameInRight = ({ scope, isOfSync }: Right, installNamespace: string): string | undefined => {
  if (isOfSync) return scope === 'install-namespace' ? SYNC_NAME : syncNameElsewhere(installNamespace);
  return scope === 'install-namespace-object' ? installNamespace : undefined;
};

/** Names a resource as kubectl does: `jobs.batch`, `pods/log`. */
export const nameOfResource = ({ group, resource }: Pick<Right, 'group' | 'resource'>): string => {
  const [plural, ...subresource] = resource.split('/');
  return [group === '' ? plural : `${plural}.${group}`, ...subresource].join('/');
};

/** `list pods`, `create jobs.batch`: one or several verbs on one resource. */
const rights = (scope: RightScope, given: string, without?: string): Right[] => {
  const [verbs = '', name = ''] = given.split(' ');
  const [full = '', ...subresource] = name.split('/');
  const [plural = '', ...group] = full.split('.');
  return verbs.split(',').map((verb) => ({
    group: group.join('.'),
    resource: [plural, ...subresource].join('/'),
    verb,
    scope,
    ...(without !== undefined && { without }),
  }));
};
const inCluster = (given: string, without?: string) => rights('cluster', given, without);
const NAMESPACE_ITSELF: RightScope = 'install-namespace-object';
const inNamespace = (given: string, without?: string) => rights('install-namespace', given, without);

const READ_NODES = inCluster('list nodes');
const READ_RECORDS = inNamespace('list configmaps');

const WORKLOADS = WORKLOAD_KINDS.map(({ resource }) => resource);

const readWorkloads = (without?: string): Right[] =>
  [...WORKLOADS, 'pods'].flatMap((resource) => inCluster(`list ${resource}`, without));

const READ_RUNTIME_CLASSES = inCluster(
  'list runtimeclasses.node.k8s.io',
  'sandboxes are told by the names of their classes',
);

/** A Job for each node, watched and taken away again. */
const RUN_JOBS: readonly Right[] = [
  ...READ_NODES,
  ...rights(NAMESPACE_ITSELF, 'get namespaces'),
  ...inNamespace('create,get,list configmaps'),
  ...inNamespace('create,list,watch,delete jobs.batch'),
  ...inNamespace('list,watch pods'),
  ...inNamespace('list,watch events'),
  ...inNamespace('create pods', 'what admission says to the Pods is not asked beforehand'),
  ...inNamespace('get pods/log', 'reports that are too long for a termination message are not read'),
];

/** What changes nodes: the same with a lock, records, labels and Events. */
const ROLL_OUT: readonly Right[] = [
  ...RUN_JOBS.filter(({ resource }) => resource !== 'pods/log'),
  ...inCluster('patch nodes'),
  ...inNamespace('update configmaps'),
  ...inNamespace('create,get,update leases.coordination.k8s.io'),
  ...inNamespace('delete configmaps', 'old records are not removed'),
  ...inNamespace('delete pods', 'a Pod that a killed run left without its Job stays'),
  ...inNamespace('create events', 'no Event tells of it'),
  ...rights('default-namespace', 'create events', 'no Event tells of a node that failed'),
];

const WATCH_USERS = readWorkloads(
  'who uses a profile is not seen: what would change one in use needs --force',
);

/** All that is in a namespace of our own, to find what is not ours, and the namespace itself. */
const REMOVE_NAMESPACE: readonly Right[] = [
  'services',
  'secrets',
  'persistentvolumeclaims',
  'deployments.apps',
  'daemonsets.apps',
  'statefulsets.apps',
  'replicasets.apps',
  'cronjobs.batch',
]
  .flatMap((resource) => inNamespace(`list ${resource}`))
  .concat(
    rights(NAMESPACE_ITSELF, 'delete namespaces'),
    inNamespace('list,delete leases.coordination.k8s.io', 'in a namespace that others made, leases stay'),
  );

/** By verb; those that are not here ask no cluster, or are `version`, which everybody may ask for. */
export const RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  apply: [...ROLL_OUT, ...WATCH_USERS],
  status: [
    ...READ_NODES,
    ...READ_RECORDS,
    ...inNamespace('get cronjobs.batch', 'whether a sync is installed is not known'),
  ],
  verify: RUN_JOBS,
  delete: [...ROLL_OUT, ...WATCH_USERS],
  history: READ_RECORDS,
  // Only where it is given a revision.
  diff: [...READ_RECORDS, ...inNamespace('get configmaps')],
  rollback: ROLL_OUT,
  prune: [
    ...RUN_JOBS.filter(({ resource }) => resource !== 'pods/log'),
    ...inCluster('patch nodes'),
    ...inNamespace('create,get,update leases.coordination.k8s.io'),
    ...inNamespace('delete pods', 'a Pod that a killed run left without its Job stays'),
    // What may not be listed may name any generation.
    ...readWorkloads(),
  ],
  usage: [
    ...readWorkloads('they are not listed'),
    ...inCluster('list nodes', 'whether files are there is not known'),
    ...inNamespace('list configmaps', 'whether files are there is not known'),
    ...READ_RUNTIME_CLASSES,
  ],
  // The Pods that --probe starts are another matter: who may make Pods where a workload is, may do so without it.
  check: [
    ...READ_NODES,
    ...READ_RECORDS,
    ...inNamespace('get configmaps'),
    ...[...WORKLOADS, 'pods'].flatMap((resource) =>
      inCluster(`get ${resource}`, 'only what files hold is checked'),
    ),
    ...READ_RUNTIME_CLASSES,
  ],
  bind: [
    ...READ_NODES,
    ...READ_RECORDS,
    ...inNamespace('get configmaps'),
    ...WORKLOADS.filter((resource) => resource !== 'jobs.batch').flatMap((resource) =>
      inCluster(`get,patch ${resource}`),
    ),
    ...readWorkloads('workloads are not found by their image, and no rollout is watched'),
    ...READ_RUNTIME_CLASSES,
  ],
  // Of a pass; what --install makes, only who may grant these rights to others may make.
  sync: [
    ...ROLL_OUT.filter(
      ({ resource, verb, scope }) =>
        !(resource === 'configmaps' && verb === 'delete') &&
        !(resource === 'pods' && verb === 'create') &&
        !(resource === 'events' && verb === 'create' && scope === 'install-namespace'),
    ),
    ...inCluster('get nodes', '--startup-taint removes no taint'),
    ...inCluster('list pods', '--prune removes nothing'),
  ],
  uninstall: [...ROLL_OUT, ...WATCH_USERS, ...REMOVE_NAMESPACE],
  // Of the screens themselves; what is done on them takes what its verb takes.
  ui: [
    ...inCluster('list,watch nodes'),
    ...inNamespace('list,watch configmaps'),
    ...[...WORKLOADS, 'pods'].flatMap((resource) =>
      inCluster(`list,watch ${resource}`, 'the screen of workloads is without them'),
    ),
    ...READ_RUNTIME_CLASSES,
  ],
};

const START_PROBES = 'create,get,delete pods';
const SWEEP_PROBES = ['list pods', 'a Pod that a killed probe left stays'] as const;

const RBAC = 'rbac.authorization.k8s.io';
const ofSync = (scope: RightScope, ...resources: readonly string[]): Right[] =>
  resources.flatMap((resource) => [
    // A name that is not there yet cannot be asked for.
    ...rights(scope, `create ${resource}`),
    ...rights(scope, `get,update,delete ${resource}`).map((one): Right => ({ ...one, isOfSync: true })),
  ]);

/**
 * By verb and flag, what it needs beside. Whoever installs a sync hands on the rights of its account, and nobody may
 * hand on what they have not: those of the verb itself are among them.
 */
export const FLAG_RIGHTS: Readonly<Record<string, Readonly<Record<string, readonly Right[]>>>> = {
  apply: {
    'from-configmaps': inCluster('list,get configmaps'),
    'from-spo': inCluster('list,get seccompprofiles.security-profiles-operator.x-k8s.io'),
    probe: [...inNamespace(START_PROBES), ...inNamespace(...SWEEP_PROBES)],
  },
  check: {
    probe: [
      ...inCluster(START_PROBES),
      ...inCluster(...SWEEP_PROBES),
      ...inCluster('list events', 'whether exec probes work is not seen'),
    ],
  },
  sync: {
    install: [
      ...ofSync('install-namespace', 'serviceaccounts', `roles.${RBAC}`, `rolebindings.${RBAC}`),
      ...ofSync('install-namespace', 'cronjobs.batch'),
      ...ofSync('default-namespace', `roles.${RBAC}`, `rolebindings.${RBAC}`),
      ...ofSync('cluster', `clusterroles.${RBAC}`, `clusterrolebindings.${RBAC}`),
      ...inNamespace('list cronjobs.batch'),
      ...inNamespace('list,delete configmaps'),
    ],
  },
};

/** What stands for all rights that are handed on. */
export const HAND_ON: readonly Right[] = inCluster(`escalate,bind clusterroles.${RBAC}`).concat(
  inCluster(`escalate,bind roles.${RBAC}`),
);

/** Returns the flags of a verb that were given and take rights of their own, as `rbac` calls them. */
export const flagsWithRights = (verb: string, isGiven: (flag: string) => boolean): readonly string[] =>
  Object.keys(FLAG_RIGHTS[verb] ?? {}).filter(
    (flag) => isGiven(flag) || (flag === 'install' && isGiven('uninstall')),
  );

/** Returns what a verb needs with these flags. */
export const rightsWith = (verb: string, flags: readonly string[]): readonly Right[] => [
  ...(RIGHTS[verb] ?? []),
  ...flags.flatMap((flag) => FLAG_RIGHTS[verb]?.[flag] ?? []),
];

/** Puts rights together: each once, and one that some verb cannot do without is needed. */
export const uniqueRights = (given: readonly Right[]): readonly Right[] => {
  const found = new Map<string, Right>();
  for (const right of given) {
    const key = [right.scope, right.group, right.resource, right.verb, right.isOfSync ?? ''].join(' ');
    const known = found.get(key);
    if (known === undefined || known.without !== undefined) found.set(key, right);
  }
  return [...found.values()];
};

/** One rule of a role, as rbac.authorization.k8s.io has it. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Writes rights as rules: resources of one group with the same verbs stand together. Sorted. */
export const rulesOf = (given: readonly Right[], installNamespace: string): readonly Rule[] => {
  const nameOf = (right: Right): string => nameInRight(right, installNamespace) ?? '';
  const verbs = Map.groupBy(given, (right) => `${right.group} ${right.resource} ${nameOf(right)}`);
  const together = Map.groupBy(verbs.values(), (of) => {
    const words = [...new Set(of.map(({ verb }) => verb))].toSorted();
    return of[0] ? `${of[0].group} ${nameOf(of[0])} ${words.join(',')}` : '';
  });
  return [...together]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, members]) => {
      const [group = '', name = '', words = ''] = key.split(' ');
      const resources = members.map((of) => of[0]?.resource ?? '').toSorted();
      return {
        apiGroups: [group],
        resources,
        ...(name !== '' && { resourceNames: [name] }),
        verbs: words.split(','),
      };
    });
};
