// The install namespace as an object: what is made on first use, and what an administrator may make beforehand.

/** On a namespace that we made; one without it is never labelled or deleted. */
export const NAMESPACE_MARK = 'kubectl-seccomp/made-by-us';

/** Builds the namespace with our mark, and with the label that lets a Pod mount a folder of its node. */
export const installNamespaceObject = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: {
      'app.kubernetes.io/name': 'kubectl-seccomp',
      'app.kubernetes.io/managed-by': 'kubectl-seccomp',
      'app.kubernetes.io/component': 'node-job',
      'pod-security.kubernetes.io/enforce': 'privileged',
      'pod-security.kubernetes.io/audit': 'privileged',
      'pod-security.kubernetes.io/warn': 'privileged',
    },
    annotations: { [NAMESPACE_MARK]: 'true' },
  },
});
