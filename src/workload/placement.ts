// Whether the scheduler may put a pod on a node, by what both say of each other: name, labels, cordon and taints
// (kube-scheduler's NodeName, NodeAffinity, NodeUnschedulable and TaintToleration; component-helpers, nodeaffinity).
// Nothing of room, ports or volumes, which change by the minute.

/** The fields of a pod's spec that choose nodes. */
export interface PlacementSpec {
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] | null;
      };
    };
  };
  readonly tolerations?: readonly Toleration[];
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeRequirement[] | null;
  readonly matchFields?: readonly NodeRequirement[] | null;
}

export interface NodeRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`. */
  readonly operator: string;
  readonly values?: readonly string[] | null;
}

export interface Toleration {
  /** Absent with `Exists`: every key. */
  readonly key?: string;
  /** `Equal` where it is absent, `Exists`, and `Lt` and `Gt` from Kubernetes 1.35. */
  readonly operator?: string;
  readonly value?: string;
  /** Absent: every effect. */
  readonly effect?: string;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`. */
  readonly effect: string;
}

/** What must be known of a node. */
export interface PlacementNode {
  readonly name: string;
  /** All labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** Cordoned: `spec.unschedulable`. */
  readonly isUnschedulable?: boolean;
}

/** Why a pod cannot come to a node. */
export interface PlacementReason {
  readonly kind: 'node-name' | 'node-selector' | 'node-affinity' | 'unschedulable' | 'taint';
  readonly message: string;
}

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Tells whether a pod may come to a node, or all reasons why it cannot. */
export const canPlace = (spec: PlacementSpec, node: PlacementNode): true | readonly PlacementReason[] => {
  const reasons = [...whyNotChosen(spec, node), ...whyRepelled(spec, node)];
  return reasons.length === 0 ? true : reasons;
};

/**
 * Tells whether a pod asks for nodes like this one: `canPlace` without cordon and taints, which a node has today and
 * not tomorrow.
 */
export const choosesNode = (spec: PlacementSpec, node: PlacementNode): boolean =>
  whyNotChosen(spec, node).length === 0;

const whyNotChosen = (
  { nodeName, nodeSelector, affinity }: PlacementSpec,
  node: PlacementNode,
): PlacementReason[] => {
  const reasons: PlacementReason[] = [];
  if (nodeName && nodeName !== node.name)
    reasons.push({ kind: 'node-name', message: `it asks for node ${nodeName} by name` });
  for (const [key, value] of Object.entries(nodeSelector ?? {}))
    if (labelOf(node, key) !== value)
      reasons.push({ kind: 'node-selector', message: `the node has no label ${key}=${value}` });
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  // Any one term is enough, and none at all is never met.
  if (required && !(required.nodeSelectorTerms ?? []).some((term) => matchesTerm(term, node)))
    reasons.push({ kind: 'node-affinity', message: describeUnmet(required.nodeSelectorTerms ?? [], node) });
  return reasons;
};

/** A pod that names its node comes there past the scheduler: then only the kubelet looks, at `NoExecute`. */
const whyRepelled = (
  { nodeName, tolerations = [] }: PlacementSpec,
  { taints = [], isUnschedulable }: PlacementNode,
): PlacementReason[] => {
  const tolerates = (taint: Taint) => tolerations.some((one) => isTolerated(one, taint));
  const reasons: PlacementReason[] = [];
  if (isUnschedulable && !nodeName && !tolerates(UNSCHEDULABLE))
    reasons.push({ kind: 'unschedulable', message: 'the node is cordoned' });
  for (const taint of taints) {
    const repels = taint.effect === 'NoExecute' || (taint.effect === 'NoSchedule' && !nodeName);
    // The node controller spells a cordon as a taint too.
    const isCordon = isUnschedulable && taint.key === UNSCHEDULABLE.key && taint.effect === 'NoSchedule';
    if (repels && !isCordon && !tolerates(taint))
      reasons.push({ kind: 'taint', message: `it does not tolerate the taint ${describeTaint(taint)}` });
  }
  return reasons;
};

/** All of a term must hold; an empty term holds nowhere. */
const matchesTerm = (term: NodeSelectorTerm, node: PlacementNode): boolean =>
  requirementsOf(term).length > 0 &&
  (term.matchExpressions ?? []).every((one) => matchesLabel(one, labelOf(node, one.key))) &&
  (term.matchFields ?? []).every((one) => matchesField(one, node));

const requirementsOf = ({ matchExpressions, matchFields }: NodeSelectorTerm): NodeRequirement[] => [
  ...(matchExpressions ?? []),
  ...(matchFields ?? []),
];

const matchesLabel = ({ operator, values }: NodeRequirement, label: string | undefined): boolean => {
  switch (operator) {
    case 'In':
      return label !== undefined && (values ?? []).includes(label);
    case 'NotIn': // also a node without the label
      return label === undefined || !(values ?? []).includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    case 'Gt':
      return compareNumbers(label, values?.[0]) === 1;
    case 'Lt':
      return compareNumbers(label, values?.[0]) === -1;
    default:
      return false;
  }
};

/** The API server admits `metadata.name` only, with one value. */
const matchesField = ({ key, operator, values }: NodeRequirement, node: PlacementNode): boolean => {
  if (key !== 'metadata.name' || values?.length !== 1) return false;
  if (operator === 'In') return values[0] === node.name;
  return operator === 'NotIn' && values[0] !== node.name;
};

const isTolerated = ({ key, operator, value, effect }: Toleration, taint: Taint): boolean => {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  switch (operator || 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return Boolean(key) && (value ?? '') === (taint.value ?? '');
    case 'Lt':
      return compareNumbers(taint.value, value) === -1;
    case 'Gt':
      return compareNumbers(taint.value, value) === 1;
    default:
      return false;
  }
};

/** Compares as Go's `ParseInt(…, 10, 64)` reads them; undefined where either is no such number. */
const compareNumbers = (left: string | undefined, right: string | undefined): -1 | 0 | 1 | undefined => {
  const [a, b] = [readInt64(left), readInt64(right)];
  if (a === undefined || b === undefined) return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
};

const readInt64 = (text: string | undefined): bigint | undefined => {
  const [, sign, digits] = /^([+-]?)(\d+)$/.exec(text ?? '') ?? [];
  if (digits === undefined) return undefined;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
};

const labelOf = ({ labels }: PlacementNode, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

/** Of a single term its unmet requirements are named; of several only that none is met. */
const describeUnmet = (terms: readonly NodeSelectorTerm[], node: PlacementNode): string => {
  const [term, ...others] = terms;
  if (term === undefined) return 'its required node affinity has no term, so that no node meets it';
  if (others.length > 0) return `none of the ${terms.length} terms of its required node affinity is met`;
  const unmet = [
    ...(term.matchExpressions ?? []).filter((one) => !matchesLabel(one, labelOf(node, one.key))),
    ...(term.matchFields ?? []).filter((one) => !matchesField(one, node)),
  ];
  if (unmet.length === 0) return 'its required node affinity has an empty term, which no node meets';
  return `its required node affinity asks for ${unmet.map(describeRequirement).join(' and ')}`;
};

const describeRequirement = ({ key, operator, values }: NodeRequirement): string =>
  values && values.length > 0 ? `${key} ${operator} ${values.join(', ')}` : `${key} ${operator}`;

const describeTaint = ({ key, value, effect }: Taint): string =>
  `${key}${value ? `=${value}` : ''}:${effect}`;
