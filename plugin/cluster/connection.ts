// Opens the API: kubeconfig, credentials and transport put together behind the interface of api.ts.

import type { OutgoingHttpHeaders } from 'node:http';
import { arch, platform } from 'node:os';
import type { Outside } from '../outside.ts';
import type { Api, ListOptions, Query, RequestOptions } from './api.ts';
import { type Credentials, readDataOrFile, renderImpersonation } from './credentials.ts';
import { openIdentity } from './identity.ts';
import type { ConnectionFlags } from './kubeconfig-choice.ts';
import type { Environment } from './kubeconfig-files.ts';
import { readTarget, type Target } from './kubeconfig-target.ts';
import { type GetPage, listItems, type Page } from './list.ts';
import type { Transport, WireResponse } from './transport.ts';
import { parseWarnings, readJson, readRefusal, readText, toApiError } from './transport-answer.ts';
import { runWithRetry } from './transport-retry.ts';
import { watchObjects } from './watch.ts';
import { openWire } from './wire.ts';

export type ConnectionOutside = Pick<Outside, 'environment' | 'clock' | 'stderr'> & {
  readonly stdin: { readonly isTTY?: boolean };
  /** Ours, for the User-Agent. */
  readonly version: string;
  /** Gets each text of the server's Warning headers once. It is the server's text: not fit for a terminal as it is. */
  readonly onWarning: (text: string) => void;
  /** Gets what is odd about this machine's own files and does not stop anything; not fit for a terminal as it is. */
  readonly onNotice?: (text: string) => void;
  /** Puts itself before the transport, to tell of every request that is tried; absent: nobody asked for it. */
  readonly wrapTransport?: (transport: Transport, server: URL) => Transport;
  /** From 0 up to 1, for jitter; Math.random unless a test wants it otherwise. */
  readonly random?: () => number;
};

/** What the server does by itself; a request that takes longer has been forgotten somewhere. */
const DEFAULT_TIMEOUT_MS = 60_000;
const FIELD_MANAGER = 'kubectl-seccomp';
const WARNING_LIMIT = 1_000;

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml', // of which JSON is a part
} as const;

const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const METADATA_OBJECT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Reads kubeconfig and flags and returns the API they name; throws SeccompError `config`. Sends nothing yet. */
export const openApi = async (flags: ConnectionFlags, outside: ConnectionOutside): Promise<Api> => {
  const target = await readTarget(flags, outside.environment);
  const authority = await readDataOrFile(
    target.cluster.certificateAuthorityData,
    target.cluster.certificateAuthority,
    'certificate-authority',
  );
  const trust = {
    isVerifySkipped: target.cluster.isTlsVerifySkipped ?? false,
    ...(authority !== undefined && { authority }),
    ...(target.cluster.tlsServerName !== undefined && { serverName: target.cluster.tlsServerName }),
  };
  const transport = await openWire(target, trust, outside);
  const { wrapTransport = (bare) => bare } = outside;
  return createApi(
    target,
    wrapTransport(transport, target.server),
    await openIdentity(target, flags, outside),
    flags.requestTimeoutMs,
    outside,
  );
};

/** Finds the namespace that the current context, `--context` or the pod we run in gives; without one, `default`. */
export const namespaceOf = async (flags: ConnectionFlags, environment: Environment): Promise<string> =>
  (await readTarget(flags, environment)).namespace;

interface Call extends RequestOptions {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly isPacked?: boolean;
  readonly isStream?: boolean;
}

const createApi = (
  target: Target,
  transport: Transport,
  credentials: Credentials,
  requestTimeoutMs: number | undefined,
  outside: ConnectionOutside,
): Api => {
  const { clock, random = Math.random } = outside;
  const timeoutMs = requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  const impersonation = renderImpersonation(target.user);
  const warned = new Set<string>();
  let hasAnswered = false;

  const warn = (response: WireResponse) => {
    for (const text of parseWarnings(response.headers.warning)) {
      if (warned.has(text) || warned.size >= WARNING_LIMIT) continue;
      warned.add(text);
      outside.onWarning(text);
    }
  };

  const exchange = async (call: Call): Promise<WireResponse> => {
    const path =
      call.path + renderQuery({ ...call.query, dryRun: call.isDryRun ? 'All' : call.query?.dryRun });
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers: OutgoingHttpHeaders = {
      Accept: call.accept ?? (call.isMetadataOnly ? METADATA_OBJECT : 'application/json'),
      'User-Agent': `kubectl-seccomp/${outside.version} (${platform()}/${arch()})`,
      ...(call.isPacked && !target.cluster.isCompressionDisabled && { 'Accept-Encoding': 'gzip' }),
      ...(body !== undefined && {
        'Content-Type': call.contentType ?? 'application/json',
        'Content-Length': Buffer.byteLength(body),
      }),
      ...impersonation,
    };
    const send = async () => {
      const credential = await credentials.current();
      const response = await transport.send({
        method: call.method,
        path,
        headers: { ...headers, ...(credential.authorization && { Authorization: credential.authorization }) },
        timeoutMs,
        ...(body !== undefined && { body }),
        ...(credential.certificate && { certificate: credential.certificate }),
        ...(call.signal && { signal: call.signal }),
        ...(call.isStream && { isStream: true }),
        ...(call.isUrgent && { isUrgent: true }),
      });
      hasAnswered = true;
      warn(response);
      return { credential, response };
    };
    const first = await send();
    if (first.response.status !== 401) return first.response;
    const refusal = await refuse(call, first.response);
    if (!(await credentials.renew(first.credential))) throw refusal;
    return (await send()).response;
  };

  const refuse = (call: Call, response: WireResponse) =>
    readRefusal(response, render(call), target, clock.now());

  /** One try, up to an answer that is no refusal. */
  const accept = async (call: Call): Promise<WireResponse> => {
    const response = await exchange(call);
    // A redirection is not followed: it would carry the credentials to wherever it points.
    if (response.status >= 300) throw await refuse(call, response);
    return response;
  };

  const patiently = <T>(call: Call, once: (call: Call) => Promise<T>): Promise<T> => {
    const isIdempotent = call.method !== 'POST' && call.contentType !== PATCH_TYPES.json;
    return runWithRetry(() => once(call), {
      isIdempotent,
      clock,
      random,
      signal: call.signal,
      hasAnswered: () => hasAnswered,
    });
  };

  const json = async <T>(call: Call): Promise<T> => readJson<T>(await accept(call), render(call));
  const send = <T>(call: Call): Promise<T> => patiently(call, (same) => json<T>(same));

  const pageCall = (path: string, query: Query, options: ListOptions): Call => ({
    method: 'GET',
    path,
    query,
    isPacked: true,
    ...(options.isMetadataOnly && { accept: METADATA_LIST }),
    ...(options.signal && { signal: options.signal }),
  });
  const getPatiently: GetPage = <T>(...page: Parameters<typeof pageCall>) => send<Page<T>>(pageCall(...page));
  const getOnce: GetPage = <T>(...page: Parameters<typeof pageCall>) => json<Page<T>>(pageCall(...page));

  return {
    get: (path, options) => send({ ...options, method: 'GET', path }),
    create: (path, body, options) => send({ ...options, method: 'POST', path, body }),
    replace: (path, body, options) => send({ ...options, method: 'PUT', path, body }),
    patch: (path, body, { type, query, ...options }) =>
      send({
        ...options,
        method: 'PATCH',
        path,
        body,
        contentType: PATCH_TYPES[type],
        query: { ...(type === 'apply' && { fieldManager: FIELD_MANAGER }), ...query },
      }),
    delete: (path, body, options) => send({ ...options, method: 'DELETE', path, body }),
    list: (path, options = {}) => listItems(getPatiently, path, options),
    watch: <T>(path: string, options: ListOptions & { readonly signal: AbortSignal }) =>
      watchObjects<T>(
        {
          getPatiently,
          getOnce,
          open: async (watched, query, { signal, isMetadataOnly }) => {
            const accept_ = isMetadataOnly ? { accept: METADATA_OBJECT } : {};
            const call: Call = {
              method: 'GET',
              path: watched,
              query,
              isStream: true,
              ...accept_,
              ...(signal && { signal }),
            };
            return (await accept(call)).body;
          },
          toError: (status, watched) => toApiError(status, `GET ${watched}`, target),
          clock,
          random,
        },
        path,
        options,
      ),
    text: (path, { limitBytes, ...options }) =>
      patiently({ ...options, method: 'GET', path, accept: '*/*' }, async (call) =>
        readText(await accept(call), limitBytes),
      ),
    close: () => transport.close(),
  };
};

const render = (call: Call): string => `${call.method} ${call.path}`;

const renderQuery = (query: Query): string => {
  const given = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};
