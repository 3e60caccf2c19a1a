// What the sync inside the cluster is told to do: written by `sync --install`, read by its program.
import { SeccompError } from '../../src/error.ts';
import type { ConnectOptions, SyncOrder } from '../outside.ts';

export interface OrderOptions {
  readonly isPruning: boolean;
  readonly startupTaint?: string;
  readonly maxInFlight?: number;
  readonly connect: ConnectOptions;
}

/** Builds the order; kubeconfig and credentials stay here: inside the cluster it has an account of its own. */
export const syncOrder = ({ isPruning, startupTaint, maxInFlight, connect }: OrderOptions): SyncOrder => {
  const {
    installNamespace,
    image,
    imagePullSecret,
    privilege,
    priorityClass,
    kubeletRoot,
    jobTimeoutMs,
    requestTimeoutMs,
  } = connect;
  return {
    version: 1,
    isPruning,
    ...(startupTaint !== undefined && { startupTaint }),
    ...(maxInFlight !== undefined && { maxInFlight }),
    connect: {
      installNamespace,
      image,
      ...(imagePullSecret !== undefined && { imagePullSecret }),
      privilege,
      // Its account may make Jobs, and no Pods of its own.
      launch: 'job',
      ...(priorityClass !== undefined && { priorityClass }),
      ...(kubeletRoot !== undefined && { kubeletRoot }),
      jobTimeoutMs,
      ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    },
  };
};

/** Parses an order; throws SeccompError `protocol` where it is none of this version. */
export const parseSyncOrder = (text: string | undefined): SyncOrder => {
  const order = parseJson(text) as Partial<SyncOrder> | undefined;
  if (order?.version === 1 && typeof order.connect?.installNamespace === 'string') return order as SyncOrder;
  throw new SeccompError('protocol', `this is no order for a sync of version 1: ${text ?? '(none)'}`, {
    hint: 'install it again with sync --install',
  });
};

const parseJson = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
};
