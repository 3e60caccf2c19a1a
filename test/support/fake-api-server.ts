// An HTTP(S) server on this machine that answers as a test says, and remembers what it was asked and over how many
// connections. With it come a clock that doesn't wait, and certificates made by openssl.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../src/rollout/ports.ts';

export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** As sent: repeated headers are apart. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** Common name of the client's certificate. */
  readonly peer: string | undefined;
  /** What the client called the server in the TLS handshake. */
  readonly serverName: string | undefined;
}

export type Answer = (response: ServerResponse, call: FakeCall) => unknown;

export interface FakeApiServer {
  readonly url: string;
  readonly calls: FakeCall[];
  /** How many connections were accepted since the start. */
  readonly connections: number;
  /** How many are open now. */
  readonly open: number;
  /** Replaces what the server answers. */
  answer: Answer;
  /** Resets every open connection. */
  reset(): void;
  stop(): Promise<void>;
}

export interface FakeCertificates {
  readonly folder: string;
  /** Paths of PEM files. */
  readonly authority: string;
  readonly otherAuthority: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
  remove(): void;
}

/** Starts on a free port of 127.0.0.1; with certificates it speaks TLS and asks the client for one. */
export const startFakeApiServer = async (
  answer: Answer,
  certificates?: FakeCertificates,
): Promise<FakeApiServer> => {
  const sockets = new Set<Socket>();
  const calls: FakeCall[] = [];
  let connections = 0;
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const subject = certificates && (request.socket as TLSSocket).getPeerCertificate().subject;
    const call: FakeCall = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: Buffer.concat(chunks).toString('utf8'),
      peer: subject === undefined ? undefined : [subject.CN].flat()[0],
      serverName: (certificates && (request.socket as TLSSocket).servername) || undefined,
    };
    calls.push(call);
    await fake.answer(response, call);
  };
  const server = certificates
    ? createHttpsServer(
        {
          cert: readFileSync(certificates.server.cert),
          key: readFileSync(certificates.server.key),
          ca: readFileSync(certificates.authority),
          requestCert: true,
          rejectUnauthorized: false,
        },
        listener,
      )
    : createHttpServer(listener);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const fake: FakeApiServer = {
    url: `${certificates ? 'https' : 'http'}://127.0.0.1:${port}`,
    calls,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    answer,
    reset,
    stop: () => {
      reset();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return fake;
};

/** Answers with JSON. */
export const sendJson = (
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

/** Answers with a Status object, as the API server refuses. */
export const sendStatus = (
  response: ServerResponse,
  code: number,
  reason: string,
  message = reason,
  { headers = {}, metadata = {} }: { headers?: Record<string, string>; metadata?: object } = {},
) =>
  sendJson(
    response,
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, metadata },
    code,
    headers,
  );

/** Makes a list's body. */
export const sampleList = (items: readonly unknown[], resourceVersion: string, continueToken = '') => ({
  kind: 'ConfigMapList',
  apiVersion: 'v1',
  metadata: { resourceVersion, ...(continueToken && { continue: continueToken }) },
  items,
});

/** Makes an object whose uid is its name and `u`, unless told otherwise. */
export const sampleObject = (name: string, resourceVersion: string, uid = `${name}u`) => ({
  metadata: { name, namespace: 'default', uid, resourceVersion },
});

/** Writes one watch event. */
export const writeEvent = (response: ServerResponse, type: string, object: unknown) => {
  response.write(`${JSON.stringify({ type, object })}\n`);
};

/** A clock whose short waits are over at once and are written down; waits of a minute and more last until aborted. */
export class EagerClock implements Clock {
  readonly waits: number[] = [];
  now = (): number => Date.now();
  monotonic = (): number => performance.now();
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 60_000) this.waits.push(ms);
    if (ms < 60_000) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  }
}

/** Says why no certificates can be made here; undefined where they can. */
export const whyNoCertificates = (): string | undefined =>
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed';

/** Makes two authorities, a server's certificate for 127.0.0.1, 0.0.0.0 and api.test, and a client's called `jane`. */
export const makeCertificates = (): FakeCertificates => {
  const folder = mkdtempSync(join(tmpdir(), 'fake-certificates-'));
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = (name: string) =>
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    );
  const signed = (name: string, subject: string, extension: string) => {
    writeFileSync(path(`${name}.ext`), extension);
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    const to = ['-in', `${name}.csr`, '-out', `${name}.crt`, '-days', '2', '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial', ...to);
    return { cert: path(`${name}.crt`), key: path(`${name}.key`) };
  };
  authority('authority');
  authority('other');
  return {
    folder,
    authority: path('authority.crt'),
    otherAuthority: path('other.crt'),
    server: signed('server', '/CN=fake', 'subjectAltName=IP:127.0.0.1,IP:0.0.0.0,DNS:api.test'),
    client: signed('client', '/O=people/CN=jane', 'extendedKeyUsage=clientAuth'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
