// Takes a taint off a Node. Taints are one list that several controllers change: only the very entry that was seen is
// removed, and only from the very Node that was meant.
import type { V1Node } from '@kubernetes/client-node';
import type { NodeSeen, Reason } from '../../src/rollout/node.ts';
import { readDenial } from './admission.ts';
import { type Api, ApiError } from './api.ts';

/** How often somebody else may change the list in between. */
const MAXIMUM_TRIES = 5;

/** Removes every taint of that key; see `Cluster.removeTaint`. */
export const removeTaint = async (
  api: Api,
  { name, uid }: NodeSeen,
  key: string,
): Promise<Reason | undefined> => {
  const gone: Reason = { code: 'node-gone', message: `Node ${name} was deleted or replaced meanwhile` };
  const path = `/api/v1/nodes/${name}`;
  try {
    for (let tries = 1; ; tries += 1) {
      const { metadata, spec } = await api.get<V1Node>(path);
      if (metadata?.uid !== uid) return gone;
      const patch = renderRemoval(uid, spec?.taints ?? [], key);
      if (!patch) return undefined;
      try {
        await api.patch(path, patch, { type: 'json' });
        return undefined;
      } catch (thrown) {
        // A test of the patch did not hold: the list is another one by now.
        const isOvertaken = thrown instanceof ApiError && [409, 422].includes(thrown.status);
        if (!isOvertaken || tries >= MAXIMUM_TRIES) throw thrown;
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    if (thrown.status === 404) return gone;
    return thrown.status === 403
      ? readDenial(thrown.message).reason
      : { code: 'api', message: thrown.message };
  }
};

type Taints = NonNullable<NonNullable<V1Node['spec']>['taints']>;

/** Builds the patch; undefined where no taint has that key. From the end, so that the places before stay true. */
const renderRemoval = (uid: string, taints: Taints, key: string): object[] | undefined => {
  const found = taints.flatMap((taint, index) => (taint.key === key ? [{ taint, index }] : [])).toReversed();
  if (found.length === 0) return undefined;
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    ...found.flatMap(({ taint, index }) => [
      { op: 'test', path: `/spec/taints/${index}`, value: taint },
      { op: 'remove', path: `/spec/taints/${index}` },
    ]),
  ];
};
