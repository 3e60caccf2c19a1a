// A world for one client at a time: an API server with TLS, one without, three proxies, a credential plugin, and what
// all of them saw. Two clients put into the same scene must leave the same traces.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type FakeApiServer,
  type FakeCall,
  type FakeCertificates,
  sampleList,
  sendJson,
  sendStatus,
  startFakeApiServer,
} from './fake-api-server.ts';
import { type FakeProxy, startFakeProxy } from './fake-proxy.ts';

export interface World {
  readonly folder: string;
  /** Of lists the server's answer may be packed, of a single object not: only the former can be compared. */
  readonly isCompressionCompared: boolean;
  readonly certificates: FakeCertificates;
  readonly secure: FakeApiServer;
  readonly plain: FakeApiServer;
  readonly proxies: Readonly<Record<FakeProxy['kind'], FakeProxy>>;
  /** What the server answers to the probe. */
  status: number;
  /** Forgets all traces. */
  clear(): void;
  stop(): Promise<void>;
}

export interface Traces {
  readonly isDone: boolean;
  /** Servers that were connected to, which a refused handshake is too. */
  readonly touched: readonly string[];
  readonly calls: readonly string[];
  readonly proxied: readonly string[];
  /** KUBERNETES_EXEC_INFO of each run of the plugin, and the variable WHO. */
  readonly plugin: readonly string[];
}

/** Answers 401 to this token. */
export const STALE = 'stale';

/** Builds a world in a folder of its own below that of the certificates. */
export const openWorld = async (
  certificates: FakeCertificates,
  name: string,
  { isCompressionCompared = true } = {},
): Promise<World> => {
  const folder = join(certificates.folder, name);
  mkdirSync(folder);
  const answer: FakeApiServer['answer'] = (response, { headers }) => {
    if (headers.authorization === `Bearer ${STALE}`) return sendStatus(response, 401, 'Unauthorized');
    return world.status === 200
      ? sendJson(response, { ...sampleList([], '1'), gitVersion: 'v1.30.0' })
      : sendStatus(response, world.status, 'Refused');
  };
  const secure = await startFakeApiServer(answer, certificates);
  const plain = await startFakeApiServer(answer);
  const port = portOf(secure);
  const proxies = {
    http: await startFakeProxy('http', port, certificates),
    https: await startFakeProxy('https', port, certificates),
    socks5: await startFakeProxy('socks5', port, certificates),
  };
  const world: World = {
    folder,
    isCompressionCompared,
    certificates,
    secure,
    plain,
    proxies,
    status: 200,
    clear: () => {
      for (const { calls } of [secure, plain, ...Object.values(proxies)]) calls.length = 0;
      writeFileSync(pluginLog(folder), '');
      rmSync(join(folder, 'turn'), { force: true });
    },
    stop: async () => {
      for (const each of [...Object.values(proxies), secure, plain]) await each.stop();
    },
  };
  writePlugin(folder);
  return world;
};

export const portOf = ({ url }: FakeApiServer): number => Number(new URL(url).port);

const pluginLog = (folder: string): string => join(folder, 'plugin.log');

/**
 * `login VERSION ANSWER`: notes what it is told, and answers. ANSWER `stale` is a token that is refused, the first
 * time; the next is not.
 */
const writePlugin = (folder: string): void => {
  const script = `#!/bin/sh
printf '%s\\t%s\\n' "$WHO" "$KUBERNETES_EXEC_INFO" >> '${pluginLog(folder)}'
answer() { printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/%s","status":{%s}}' "$version" "$1"; }
version=$1
case $2 in
  token) answer '"token":"E"' ;;
  certificate) answer "$(cat '${folder}/certificate.json')" ;;
  ended) answer '"token":"E","expirationTimestamp":"2001-01-01T00:00:00Z"' ;;
  both) answer "\\"token\\":\\"E\\",$(cat '${folder}/certificate.json')" ;;
  stale) if [ -e '${folder}/turn' ]; then answer '"token":"E"'; else : > '${folder}/turn'; answer '"token":"${STALE}"'; fi ;;
  empty) answer '' ;;
  other) version=v1beta9; answer '"token":"E"' ;;
  text) echo hello ;;
  fail) exit 3 ;;
esac
`;
  writeFileSync(join(folder, 'login'), script, { mode: 0o755 });
};

/** Writes what the plugin needs of the client's certificate. */
export const writePluginCertificate = ({ folder, certificates }: World): void => {
  const text = JSON.stringify({
    clientCertificateData: readFileSync(certificates.client.cert, 'utf8'),
    clientKeyData: readFileSync(certificates.client.key, 'utf8'),
  });
  writeFileSync(join(folder, 'certificate.json'), text.slice(1, -1));
};

/** Runs a client in the world and tells what it left. */
export const trace = async (world: World, run: () => Promise<boolean>): Promise<Traces> => {
  world.clear();
  const before = [world.secure.connections, world.plain.connections];
  const isDone = await run();
  const servers = { secure: world.secure, plain: world.plain };
  return {
    isDone,
    touched: Object.entries(servers).flatMap(([name, server], index) =>
      server.connections > before[index]! ? [name] : [],
    ),
    calls: Object.entries(servers).flatMap(([name, { calls }]) =>
      calls.map((call) => `${name} ${renderCall(call, world.isCompressionCompared && name === 'secure')}`),
    ),
    proxied: Object.values(world.proxies).flatMap(({ kind, calls }) =>
      calls.map(
        ({ method, destination, login }) =>
          `${kind} ${method} ${destination.replace(/\?.*/, '')} ${login ?? ''}`,
      ),
    ),
    plugin: readPluginLog(world.folder),
  };
};

const renderCall = (
  { method, path, peer, serverName, rawHeaders, headers }: FakeCall,
  isCompressionCompared: boolean,
): string => {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name.toLowerCase()}: ${rawHeaders[index + 1]}`] : [],
  );
  // Without TLS, client-go forgets about disable-compression.
  const counts = isCompressionCompared
    ? /^(authorization|impersonate-|accept-encoding|host)/
    : /^(authorization|impersonate-|host)/;
  const wanted = pairs.filter((pair) => counts.test(pair));
  const forbidden = 'proxy-authorization' in headers ? ' LEAKED' : '';
  return `${method} ${path} as ${peer} to ${serverName}${forbidden} ${wanted.sort().join(', ')}`;
};

/** Each once: how often kubectl runs a plugin whose credential has ended is nobody's business. */
const readPluginLog = (folder: string): string[] => {
  const runs = readFileSync(join(folder, 'plugin.log'), 'utf8').split('\n').filter(Boolean);
  return [...new Set(runs)].map((line) => {
    const [who, info = ''] = line.split('\t');
    return `${who} ${JSON.stringify(sortKeys(JSON.parse(info)))}`;
  });
};

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
};
