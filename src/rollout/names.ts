// Names that the plugin, the cluster and the nodes agree on; each is built here and nowhere else.

/** A prefix under which kubelets may not label their own Node (NodeRestriction admission). */
export const NODE_LABEL_PREFIX = 'kubectl-seccomp.node-restriction.kubernetes.io/';

/** Returns the first 16 hex digits of a digest: what labels and folder names carry. */
export const digest16 = (digest: string): string => digest.slice(0, 16);

/** Returns the name of the ConfigMap that holds a chunk, which is also the chunk's file name on the node. */
export const chunkName = (bundle: string, sha256: string): string => `bundle-${bundle}-${digest16(sha256)}`;

/** Name of everything of the sync inside the cluster, in the install namespace. */
export const SYNC_NAME = 'sync';

/** Returns the name of what of it lies elsewhere: two installations in one cluster must not share rights. */
export const syncNameElsewhere = (installNamespace: string): string =>
  `kubectl-seccomp:${SYNC_NAME}:${installNamespace}`;

/** Returns the name of the ConfigMap that records a revision. */
export const releaseName = (bundle: string, revision: number): string => `release-${bundle}-v${revision}`;

/** Returns the labels (without prefix) of a node that now has this digest as current generation. */
export const installedLabels = (bundle: string, digest: string): Record<string, string> => ({
  [bundle]: digest16(digest),
  [`${bundle}.${digest16(digest)}`]: '',
});

/** Returns the removal (null) of every label of a bundle that the node carries. */
export const removedLabels = (
  bundle: string,
  labels: Readonly<Record<string, string>>,
): Record<string, null> => ({
  [bundle]: null,
  ...Object.fromEntries(
    Object.keys(labels)
      .filter((key) => bundleOfLabel(key) === bundle)
      .map((key) => [key, null]),
  ),
});

/** Returns the bundle that a label of ours (without prefix) speaks of; a bundle name has no dot. */
export const bundleOfLabel = (key: string): string => key.split('.', 1)[0] ?? key;

/** Returns the label value by which one run's Jobs are told from every other's; at most 63 characters. */
export const runName = (bundle: string, revision: number, attempt: number): string =>
  `${bundle}-v${revision}-${attempt}`;
