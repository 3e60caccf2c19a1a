// A proxy on this machine that remembers what it was asked and leads to one server whatever the name: so that tests
// can name servers that aren't there. Speaks HTTP, HTTPS or SOCKS 5.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FakeCertificates } from './fake-api-server.ts';

export interface ProxyCall {
  /** `CONNECT`, `SOCKS`, or the method that was passed on. */
  readonly method: string;
  /** `host:port`, or the whole address that was passed on. */
  readonly destination: string;
  /** `user:password`; absent: none was sent. */
  readonly login?: string;
}

export interface FakeProxy {
  readonly kind: 'http' | 'https' | 'socks5';
  readonly port: number;
  readonly calls: ProxyCall[];
  /** Where it leads to: a port of 127.0.0.1. */
  target: number;
  /** Wants this `user:password`. */
  login?: string | undefined;
  /** Refuses everything: an HTTP status, or a SOCKS reply. */
  refusal?: number | undefined;
  /** Accepts connections and says nothing. */
  isSilent?: boolean;
  /** Agrees to connect, and hangs up. */
  isRude?: boolean;
  /** How many connections are open. */
  readonly open: number;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1; `https` needs certificates. */
export const startFakeProxy = async (
  kind: FakeProxy['kind'],
  target: number,
  certificates?: FakeCertificates,
): Promise<FakeProxy> => {
  const sockets = new Set<Duplex>();
  const calls: ProxyCall[] = [];
  const remember = (socket: Duplex) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  };
  const fake = {
    kind,
    calls,
    target,
    get port() {
      return (server.address() as AddressInfo).port;
    },
    get open() {
      return sockets.size;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  } as FakeProxy;
  const server: Server =
    kind === 'socks5'
      ? createServer((socket) => void serveSocks(fake, socket, remember).catch(() => socket.destroy()))
      : kind === 'http'
        ? createHttpServer()
        : createHttpsServer({
            cert: readFileSync(certificates!.server.cert),
            key: readFileSync(certificates!.server.key),
          });
  server.on('connection', remember);
  server.on('connect', (asked: IncomingMessage, client: Socket) =>
    serveConnect(fake, asked, client, remember),
  );
  server.on('request', (asked: IncomingMessage, answer: ServerResponse) => passOn(fake, asked, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return fake;
};

const record = (fake: FakeProxy, method: string, destination: string, login: string | undefined): void => {
  fake.calls.push({ method, destination, ...(login !== undefined && { login }) });
};

const loginOf = ({ headers }: IncomingMessage): string | undefined => {
  const [, encoded] = /^Basic (.*)$/.exec(headers['proxy-authorization'] ?? '') ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
};

/** Returns the status with which an HTTP proxy refuses; undefined where it doesn't. */
const refusalOf = (fake: FakeProxy, login: string | undefined): number | undefined =>
  fake.refusal ?? (fake.login !== undefined && fake.login !== login ? 407 : undefined);

/** Reads, so as to notice when the other end goes. */
const keepSilent = (socket: Socket): void => {
  socket.resume().on('end', () => socket.destroy());
};

const join = (
  client: Duplex,
  fake: FakeProxy,
  remember: (socket: Duplex) => void,
  hello: () => void,
): void => {
  if (fake.isRude) {
    hello();
    setImmediate(() => client.end());
    return;
  }
  const upstream = connect(fake.target, '127.0.0.1', () => {
    hello();
    client.pipe(upstream);
    upstream.pipe(client);
  });
  remember(upstream);
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
};

const serveConnect = (
  fake: FakeProxy,
  asked: IncomingMessage,
  client: Socket,
  remember: (socket: Duplex) => void,
): void => {
  client.on('error', () => {});
  const login = loginOf(asked);
  record(fake, 'CONNECT', asked.url ?? '', login);
  if (fake.isSilent) {
    keepSilent(client);
    return;
  }
  const refusal = refusalOf(fake, login);
  if (refusal !== undefined) {
    client.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 9\r\n\r\nyou shall`);
    return;
  }
  join(client, fake, remember, () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
};

const passOn = (fake: FakeProxy, asked: IncomingMessage, answer: ServerResponse): void => {
  const login = loginOf(asked);
  record(fake, asked.method ?? '', asked.url ?? '', login);
  if (fake.isSilent) return;
  const refusal = refusalOf(fake, login);
  if (refusal !== undefined) {
    answer.writeHead(refusal).end('you shall');
    return;
  }
  const { pathname, search } = new URL(asked.url ?? '');
  const { 'proxy-authorization': _, ...headers } = asked.headers;
  const onward = request({
    host: '127.0.0.1',
    port: fake.target,
    method: asked.method,
    path: pathname + search,
    headers,
  });
  onward.on('response', (got) => {
    answer.writeHead(got.statusCode ?? 0, got.headers);
    got.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  asked.pipe(onward);
};

const serveSocks = async (
  fake: FakeProxy,
  socket: Socket,
  remember: (socket: Duplex) => void,
): Promise<void> => {
  if (fake.isSilent) return keepSilent(socket);
  let buffered = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
  };
  socket.on('data', onData);
  const read = async (sizeBytes: number): Promise<Buffer> => {
    while (buffered.length < sizeBytes) await once(socket, 'data');
    const bytes = buffered.subarray(0, sizeBytes);
    buffered = buffered.subarray(sizeBytes);
    return bytes;
  };
  const [, count = 0] = await read(2);
  const methods = [...(await read(count))];
  const method = fake.login === undefined ? 0 : methods.includes(2) ? 2 : 0xff;
  socket.write(Buffer.from([5, method]));
  if (method === 0xff) return;
  let login: string | undefined;
  if (method === 2) {
    const [, userBytes = 0] = await read(2);
    const user = (await read(userBytes)).toString();
    const [passwordBytes = 0] = await read(1);
    login = `${user}:${(await read(passwordBytes)).toString()}`;
    socket.write(Buffer.from([1, login === fake.login ? 0 : 1]));
    if (login !== fake.login) return;
  }
  const [, , , kind] = await read(4);
  const host =
    kind === 1
      ? [...(await read(4))].join('.')
      : kind === 4
        ? `[${(await read(16)).toString('hex')}]`
        : (await read((await read(1))[0]!)).toString();
  record(fake, 'SOCKS', `${host}:${(await read(2)).readUInt16BE()}`, login);
  if (fake.refusal !== undefined) {
    socket.end(Buffer.from([5, fake.refusal, 0, 1, 0, 0, 0, 0, 0, 0]));
    return;
  }
  socket.off('data', onData);
  // In two pieces and with a name as the bound address: both are allowed.
  join(socket, fake, remember, () => {
    socket.write(Buffer.from([5, 0]));
    setImmediate(() => socket.write(Buffer.from([0, 3, 1, 120, 0, 80])));
  });
};
