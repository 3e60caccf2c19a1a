// What the account of the sync inside the cluster may do: no more than its program asks for. A suite on a real cluster
// runs it under exactly these.

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** In the whole cluster: nodes are read and labelled; a taint is read again before it is removed. */
export const CLUSTER_RULES = ({ startupTaint }: { readonly startupTaint?: string }): readonly Rule[] => [
  {
    apiGroups: [''],
    resources: ['nodes'],
    verbs: [...(startupTaint === undefined ? [] : ['get']), 'list', 'patch'],
  },
];

/** With --prune: whether a container still uses what is to be removed. */
export const ruleOfPruning: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['list'] };

/** In the namespace where Events about Nodes lie. */
export const EVENT_RULES: readonly Rule[] = [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }];

/** In the install namespace. Whoever may make Jobs here is root on every node: that is what a sync is for. */
export const rulesInNamespace = (namespace: string): readonly Rule[] => [
  { apiGroups: [''], resources: ['namespaces'], resourceNames: [namespace], verbs: ['get'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'get', 'list', 'update'] },
  // Pods that were cut off from their Job are deleted.
  { apiGroups: [''], resources: ['pods'], verbs: ['delete', 'list', 'watch'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'delete', 'list', 'watch'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
];
