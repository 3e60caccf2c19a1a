// What `-v` shows of the requests to the API server, as client-go's levels have it: from 6 the request, 7 its headers,
// 8 the bodies, 9 a curl line and where the time went, 10 the bodies whole. Promises that no secret gets into an entry;
// the rest is the server's text as it came.
import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  STATUS_CODES,
} from 'node:http';
import type { Clock } from '../../src/rollout/ports.ts';
import type { Transport, WireRequest } from './transport.ts';

/** One line; the values are not fit for a terminal yet. */
export interface LogEntry {
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: string | number])[];
}

/** In characters; client-go has the same. */
const SHORT_BODY = 1024;
const LONG_BODY = 10_240;

export interface LogOptions {
  readonly level: number;
  readonly clock: Clock;
  readonly write: (entry: LogEntry) => void;
}

/** Makes a transport that does what the given one does, and tells of every request. */
export const logTransport = (transport: Transport, server: URL, options: LogOptions): Transport => {
  const base = server.origin + server.pathname.replace(/\/+$/, '');
  return {
    send: async (wire) => {
      const { level, clock, write } = options;
      const url = base + wire.path;
      tellRequest(wire, url, options);
      const times: Times = { startedAt: clock.monotonic() };
      const tell = (status: string, headers: string) =>
        tellResponse({ method: wire.method, url, status, headers, times }, options);
      const response = await transport
        .send({ ...wire, ...(level >= 9 && { onRequest: (sent) => noteTimes(sent, times, clock) }) })
        .catch((thrown: unknown) => {
          tell('', '');
          throw thrown;
        });
      tell(renderStatus(response.status), renderHeaders(response.headers));
      // As for kubectl: neither a watch nor a pod's log is repeated in ours.
      if (level < 8 || wire.isStream || wire.headers.Accept === '*/*') return response;
      const tellBody = (body: string) =>
        write({ message: 'Response Body', fields: [['body', renderBody(body, url, level)]] });
      return { ...response, body: listen(response.body, tellBody) };
    },
    close: () => transport.close(),
  };
};

const tellRequest = (wire: WireRequest, url: string, { level, write }: LogOptions): void => {
  if (level >= 8 && wire.body !== undefined)
    write({ message: 'Request Body', fields: [['body', renderBody(wire.body, url, level)]] });
  if (level >= 9) write({ message: 'Request', fields: [['curlCommand', renderCurl(wire, url)]] });
  else if (level >= 7) {
    const headers = renderHeaders(wire.headers);
    write({
      message: 'Request',
      fields: [
        ['verb', wire.method],
        ['url', url],
        ['headers', headers],
      ],
    });
  }
};

interface Told {
  readonly method: string;
  readonly url: string;
  readonly status: string;
  readonly headers: string;
  readonly times: Times;
}

// On levels 7 and 8 the request has said its verb and address already.
const tellResponse = (
  { method, url, status, headers, times }: Told,
  { level, clock, write }: LogOptions,
): void => {
  const endAt = clock.monotonic();
  const fields: LogEntry['fields'] = [
    ...(level === 6 || level >= 9
      ? ([
          ['verb', method],
          ['url', url],
        ] as const)
      : []),
    ['status', status],
    ...(level >= 8 ? [['headers', headers] as const] : []),
    ['milliseconds', Math.floor(endAt - times.startedAt)],
    ...(level >= 9 ? renderTimes(times, endAt) : []),
  ];
  write({ message: 'Response', fields });
};

const renderStatus = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim();

async function* listen(
  body: AsyncIterable<Uint8Array>,
  tell: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      yield chunk;
    }
  } finally {
    tell(Buffer.concat(chunks).toString('utf8'));
  }
}

// Threat: a log is pasted into issues and kept by pipelines. kubectl shows these bodies; here they are left out.
const SECRET_PATH = /\/(?:secrets|token|tokenreviews)(?=[/?]|$)/;
const SECRET_KIND = /"kind"\s*:\s*"(?:Secret|SecretList|TokenRequest|TokenReview|ExecCredential)"/;

const renderBody = (body: string, url: string, level: number): string => {
  if (SECRET_PATH.test(url) || SECRET_KIND.test(body)) return `<masked ${body.length} chars>`;
  const limit = level >= 10 ? Number.POSITIVE_INFINITY : level === 9 ? LONG_BODY : SHORT_BODY;
  return body.length <= limit ? body : `${body.slice(0, limit)} [truncated ${body.length - limit} chars]`;
};

const renderHeaders = (headers: OutgoingHttpHeaders | IncomingHttpHeaders): string =>
  listHeaders(headers)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');

const renderCurl = ({ method, headers }: WireRequest, url: string): string =>
  `curl -v -X${method} ${listHeaders(headers)
    .map(([name, value]) => ` -H ${quote(`${name}: ${value}`)}`)
    .join('')} ${quote(url)}\n`;

// Threat: the line is there to be pasted into a shell; between double quotes, as kubectl has it, `$(…)` would run.
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** By name as Go writes them, a repeated header as often as it is there; secrets masked. */
const listHeaders = (headers: OutgoingHttpHeaders | IncomingHttpHeaders): [string, string][] =>
  Object.entries(headers).flatMap(([name, values]) =>
    values === undefined
      ? []
      : [values].flat().map((value): [string, string] => [canonical(name), maskHeader(name, String(value))]),
  );

const canonical = (name: string): string =>
  name
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());

const MASKED = '<masked>';
const KNOWN_SCHEMES = ['bearer', 'basic', 'negotiate'];

/** Masks what lets somebody in: of an Authorization header its scheme stays, where it is a known one. */
export const maskHeader = (name: string, value: string): string => {
  if (/^(?:cookie|set-cookie|proxy-authorization)$/i.test(name)) return MASKED;
  if (name.toLowerCase() !== 'authorization' || value === '') return value;
  const [scheme = ''] = value.split(' ', 1);
  if (!KNOWN_SCHEMES.includes(scheme.toLowerCase())) return MASKED;
  return value.length > scheme.length + 1 ? `${scheme} ${MASKED}` : scheme;
};

/** By the monotonic clock, in milliseconds. */
interface Times {
  readonly startedAt: number;
  isReused?: boolean;
  socketAt?: number;
  resolvedAt?: number;
  connectedAt?: number;
  securedAt?: number;
  sentAt?: number;
}

const noteTimes = (request: ClientRequest, times: Times, clock: Clock): void => {
  const now = () => clock.monotonic();
  request.once('socket', (socket) => {
    times.socketAt = now();
    times.isReused = !socket.connecting;
    socket.once('lookup', () => (times.resolvedAt = now()));
    socket.once('connect', () => (times.connectedAt = now()));
    socket.once('secureConnect', () => (times.securedAt = now()));
  });
  request.once('finish', () => (times.sentAt = now()));
};

const renderTimes = (times: Times, endAt: number): LogEntry['fields'] => {
  const { startedAt, isReused, socketAt, resolvedAt, connectedAt, securedAt, sentAt } = times;
  const between = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? 0 : Math.max(0, Math.floor(to - from));
  // A request is written as soon as the connection is there; some runtimes say that it is before.
  const askedAt = Math.max(sentAt ?? 0, securedAt ?? connectedAt ?? 0);
  return [
    ...(isReused
      ? [['getConnectionMilliseconds', between(startedAt, socketAt)] as const]
      : ([
          ['dnsLookupMilliseconds', between(socketAt, resolvedAt)],
          ['dialMilliseconds', between(resolvedAt ?? socketAt, connectedAt)],
          ['tlsHandshakeMilliseconds', between(connectedAt, securedAt)],
        ] as const)),
    ...(sentAt === undefined ? [] : [['serverProcessingMilliseconds', between(askedAt, endAt)] as const]),
  ];
};
