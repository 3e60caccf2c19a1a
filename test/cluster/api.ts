// A few requests to the cluster's API server without the cost of a kubectl process: to see when it is ready, and to
// set a mark in its audit log.

import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { certificateOf, keyOf } from './certificates.ts';
import type { ClusterState } from './state.ts';

export interface Answer {
  readonly code: number;
  readonly body: string;
}

/** Sends a GET as cluster administrator. Throws where no server answers. */
export const get = (
  state: ClusterState,
  path: string,
  { userAgent = 'kubectl-seccomp-test-cluster', timeoutMs = 5_000 } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(
      `${state.server}${path}`,
      {
        agent: false,
        ca: readFileSync(certificateOf(state.folder, 'ca')),
        cert: readFileSync(certificateOf(state.folder, 'admin')),
        key: readFileSync(keyOf(state.folder, 'admin')),
        headers: { 'user-agent': userAgent },
        timeout: timeoutMs,
      },
      (response) => {
        const body: Buffer[] = [];
        response.on('data', (data: Buffer) => body.push(data));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ code: response.statusCode ?? 0, body: Buffer.concat(body).toString() }),
        );
      },
    );
    sent.on('timeout', () =>
      sent.destroy(new Error(`no answer from ${state.server}${path} in ${timeoutMs} ms`)),
    );
    sent.on('error', reject);
    sent.end();
  });

/** Returns the object at `path`, or undefined where the answer is anything but 200 or nobody answers. */
export const getObject = async <T>(state: ClusterState, path: string): Promise<T | undefined> => {
  try {
    const { code, body } = await get(state, path);
    return code === 200 ? (JSON.parse(body) as T) : undefined;
  } catch {
    return undefined;
  }
};

export const isApiReady = async (state: ClusterState): Promise<boolean> => {
  try {
    return (await get(state, '/readyz')).code === 200;
  } catch {
    return false;
  }
};

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

/** Lists the names of the nodes whose Ready condition is True. */
export const readyNodes = async (state: ClusterState): Promise<string[]> => {
  const list = await getObject<{ items: NodeObject[] }>(state, '/api/v1/nodes');
  const isReady = ({ status }: NodeObject) =>
    status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return (list?.items ?? []).filter(isReady).map((node) => node.metadata.name);
};
