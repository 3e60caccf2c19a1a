// Every label and annotation of ours, and how objects of ours are found again.

export { NODE_LABEL_PREFIX } from '../../src/rollout/names.ts';

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const COMPONENT = 'app.kubernetes.io/component';
const NAME = 'app.kubernetes.io/name';
export const BUNDLE_LABEL = 'kubectl-seccomp/bundle';
export const RUN_LABEL = 'kubectl-seccomp/run';
export const REVISION_LABEL = 'kubectl-seccomp/revision';
/** On a Job and its Pod: the Node's name, which may be too long for a label. */
export const NODE_ANNOTATION = 'kubectl-seccomp/node';

const OURS = 'kubectl-seccomp';

export type Component = 'program' | 'chunk' | 'release' | 'lease' | 'node-job' | 'probe' | 'event' | 'sync';

/** Returns the labels of an object of ours. */
export const objectLabels = (
  component: Component,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({ [NAME]: OURS, [MANAGED_BY]: OURS, [COMPONENT]: component, ...more });

/** Selects every object of ours in a namespace. */
export const SELECT_OURS = `${MANAGED_BY}=${OURS}`;

/** Returns the selector of one component's objects, of one bundle where given. */
export const selectComponent = (component: Component, bundle?: string): string =>
  [
    SELECT_OURS,
    `${COMPONENT}=${component}`,
    ...(bundle === undefined ? [] : [`${BUNDLE_LABEL}=${bundle}`]),
  ].join(',');

/** Tells whether an object carries our mark. */
export const isOurs = (labels: Readonly<Record<string, string>> | undefined): boolean =>
  labels?.[MANAGED_BY] === OURS;
