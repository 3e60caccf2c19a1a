// Reads the API server's audit log: who asked for what. Suites count a program's requests with it.
import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { get } from './api.ts';
import { auditLogOf } from './control-plane.ts';
import type { AuditedRequest } from './handle.ts';
import { poll } from './processes.ts';
import type { ClusterState } from './state.ts';

interface AuditEvent {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
}

/** Waits until the log has everything answered so far, and returns its length then. */
export const auditMark = async (state: ClusterState): Promise<number> => {
  const path = auditLogOf(state);
  const before = existsSync(path) ? statSync(path).size : 0;
  // The log is written in the order of the answers: once a request of our own is there, so is all before it.
  const fence = `kubectl-seccomp-fence/${randomUUID()}`;
  await get(state, '/version', { userAgent: fence });
  return await poll('the audit log', async () => {
    if (!existsSync(path)) return false;
    for await (const line of linesOf(path, before)) if (line.includes(fence)) return statSync(path).size;
    return false;
  });
};

export const readRequests = async (
  state: ClusterState,
  userAgentPrefix: string,
  sinceMark = 0,
): Promise<AuditedRequest[]> => {
  await auditMark(state);
  const requests = new Map<string, AuditedRequest>();
  for await (const line of linesOf(auditLogOf(state), sinceMark)) {
    // Parsing is dear and most lines are the kubelets'.
    if (!line.includes(userAgentPrefix)) continue;
    const event = parseLine(line);
    if (!event?.userAgent?.startsWith(userAgentPrefix)) continue;
    requests.set(event.auditID, toRequest(event));
  }
  return [...requests.values()];
};

const parseLine = (line: string): AuditEvent | undefined => {
  try {
    return JSON.parse(line) as AuditEvent;
  } catch {
    return undefined; // the last line, while it is being written
  }
};

const toRequest = (event: AuditEvent): AuditedRequest => {
  const { resource, subresource, namespace, name } = event.objectRef ?? {};
  return {
    auditId: event.auditID,
    verb: event.verb,
    uri: event.requestURI,
    ...(resource ? { resource: subresource ? `${resource}/${subresource}` : resource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    user: event.user.username,
    userAgent: event.userAgent ?? '',
    ...(event.responseStatus?.code ? { code: event.responseStatus.code } : {}),
    at: event.requestReceivedTimestamp,
  };
};

const linesOf = (path: string, start: number) =>
  createInterface({ input: createReadStream(path, { start }), crlfDelay: Number.POSITIVE_INFINITY });
