// What a Node says it has: labels under a prefix of ours, written in one request and only on the very Node we meant.
import type { NodeSeen, Reason } from '../../src/rollout/node.ts';
import { readDenial } from './admission.ts';
import { type Api, ApiError } from './api.ts';
import { NODE_LABEL_PREFIX } from './labels.ts';

/** Sets (string) or removes (null) labels; see `Cluster.label`. */
export const labelNode = async (
  api: Api,
  { name, uid }: NodeSeen,
  labels: Readonly<Record<string, string | null>>,
): Promise<Reason | undefined> => {
  const prefixed = Object.entries(labels).map(([key, value]) => [`${NODE_LABEL_PREFIX}${key}`, value]);
  // The UID is a precondition: the API server refuses the patch for another Node of the same name.
  const patch = { metadata: { uid, labels: Object.fromEntries(prefixed) } };
  try {
    await api.patch(`/api/v1/nodes/${name}`, patch, { type: 'merge', isMetadataOnly: true });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    if (thrown.status === 404 || isOtherNode(thrown))
      return { code: 'node-gone', message: `Node ${name} was deleted or replaced meanwhile` };
    if (thrown.status === 403) return readDenial(thrown.message).reason;
    throw thrown;
  }
};

/** Kubernetes 1.37 answers Invalid, because a UID cannot change; Conflict is what it answers to other preconditions. */
const isOtherNode = ({ status, message }: ApiError): boolean =>
  status === 409 || (status === 422 && message.includes('metadata.uid'));
