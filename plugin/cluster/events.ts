// Kubernetes Events about a rollout: on the Node that failed, or on the record of the revision.
import type { CoreV1Event } from '@kubernetes/client-node';
import { releaseName } from '../../src/rollout/names.ts';
import type { Announcement } from '../../src/rollout/ports.ts';
import type { Api } from './api.ts';
import { objectLabels } from './labels.ts';

/** Events of objects without a namespace lie in this one (kubernetes pkg/apis/core/validation/events.go). */
const NODE_EVENTS_NAMESPACE = 'default';
/** Of the API: `message` has at most 1,024 bytes. */
const MAXIMUM_MESSAGE_BYTES = 1024;
const COMPONENT = 'kubectl-seccomp';

interface Place {
  readonly api: Api;
  readonly namespace: string;
  /** RFC 3339. */
  readonly now: string;
  /** Makes the name unlike any other's. */
  readonly suffix: string;
}

/** Writes an Event. */
export const writeEvent = async (
  { api, namespace, now, suffix }: Place,
  news: Announcement,
): Promise<void> => {
  const event = renderEvent(news, namespace, now, suffix);
  await api.create(`/api/v1/namespaces/${event.metadata.namespace}/events`, event);
};

/** Renders an Event. */
export const renderEvent = (
  { type, reason, message, bundle, revision, node }: Announcement,
  namespace: string,
  now: string,
  suffix: string,
): Omit<CoreV1Event, 'eventTime' | 'firstTimestamp' | 'lastTimestamp'> &
  Record<'firstTimestamp' | 'lastTimestamp', string> => {
  const record = releaseName(bundle, revision);
  const where = node === undefined ? namespace : NODE_EVENTS_NAMESPACE;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${record}.${suffix}`, namespace: where, labels: objectLabels('event') },
    involvedObject:
      node === undefined
        ? { apiVersion: 'v1', kind: 'ConfigMap', name: record, namespace }
        : // As kubelets name a Node in their Events: by its name, also as UID; so `kubectl describe node` finds them.
          { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.name },
    type,
    reason,
    message: cut(message),
    source: { component: COMPONENT },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
};

const cut = (message: string): string => {
  let text = message;
  while (new TextEncoder().encode(text).length > MAXIMUM_MESSAGE_BYTES) text = text.slice(0, -16);
  return text;
};
