// An `Outside` in memory: streams that can be read afterwards, files that are a map, a fake clock and cluster.
import { Readable, Writable } from 'node:stream';
import { lend } from '../../plugin/local-lent.ts';
import type { ConnectOptions, ExitCode, Files, NameKind, Outside } from '../../plugin/outside.ts';
import { SeccompError } from '../../src/error.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { Request } from '../../src/protocol/request.ts';
import type { FleetNews } from '../../src/rollout/fleet.ts';
import type { Right } from '../../src/rollout/rights.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FakeClusterSync } from './fake-cluster-sync.ts';
import { FakeControllers } from './fake-controllers.ts';
import { FakeProfileObjects } from './fake-profile-objects.ts';
import { FakeProber, FakeSurroundings } from './fake-surroundings.ts';
import { FakeWorkloads } from './fake-workloads.ts';

export interface FakeOutsideOptions {
  /** Path → content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly stdin?: string | Uint8Array;
  readonly isTerminal?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cluster?: FakeCluster;
  readonly workloads?: FakeWorkloads;
  readonly controllers?: FakeControllers;
  readonly surroundings?: FakeSurroundings;
  readonly prober?: FakeProber;
  readonly clock?: FakeClock;
  readonly profileObjects?: FakeProfileObjects;
  /** Tells which rights the user does not have; without it, none is missing. */
  readonly isMissing?: (right: Right) => boolean;
  /** Answers what the shell asks for; what is not here cannot be had. */
  readonly names?: Partial<Record<NameKind, readonly string[]>>;
  readonly clusterSync?: FakeClusterSync;
  /** Answers `--root`; what is asked lands in `requests`. */
  readonly onFolder?: (request: Request) => Report;
}

export interface FakeOutside extends Outside {
  readonly clock: FakeClock;
  readonly cluster: FakeCluster;
  readonly interruption: AbortController;
  readonly connections: ConnectOptions[];
  readonly requests: Request[];
  readonly written: Map<string, Uint8Array>;
  stdoutText(): string;
  stderrText(): string;
  exitCode(): ExitCode | undefined;
}

/** Makes an Outside whose every effect can be looked at. */
export const fakeOutside = (options: FakeOutsideOptions = {}): FakeOutside => {
  const clock = options.clock ?? new FakeClock();
  const cluster = options.cluster ?? new FakeCluster({ clock });
  const interruption = new AbortController();
  const stdout = memoryStream(options.isTerminal ?? false);
  const stderr = memoryStream(options.isTerminal ?? false);
  const connections: ConnectOptions[] = [];
  const requests: Request[] = [];
  const written = new Map<string, Uint8Array>();
  let concluded: ExitCode | undefined;
  const outside: FakeOutside = {
    programName: 'kubectl seccomp',
    version: '1.2.3',
    stdin: Object.assign(Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]), {
      isTTY: options.isTerminal ?? false,
    }),
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: options.environment ?? {},
    clock,
    files: fakeFiles(options.files ?? {}, written),
    signal: interruption.signal,
    conclude: (code) => {
      concluded = code;
    },
    connect: async (given) => {
      connections.push(given);
      return Object.assign(cluster, {
        workloads: options.workloads ?? new FakeWorkloads(),
        controllers: options.controllers ?? new FakeControllers(),
        surroundings: options.surroundings ?? new FakeSurroundings(),
        prober: options.prober ?? new FakeProber(),
        access: {
          findMissing: async (rights: readonly Right[]) => rights.filter(options.isMissing ?? (() => false)),
        },
        profileObjects: options.profileObjects ?? new FakeProfileObjects(),
        clusterSync: options.clusterSync ?? new FakeClusterSync(),
        watchFleet: () => tellFleet(cluster),
      });
    },
    readServerVersion: async () => 'v1.37.0',
    readProgramSha256: async () => 'ab'.repeat(32),
    readContext: async () => 'test',
    readNames: async (kind, given) => {
      connections.push(given);
      const names = options.names?.[kind];
      if (names === undefined) throw new SeccompError('config', `no ${kind}`);
      return [...names];
    },
    installCompletion: async () => ({ path: '/bin/kubectl_complete-seccomp', isNew: true }),
    runOnFolder: async (_root, request) => {
      requests.push(request);
      if (options.onFolder) return options.onFolder(request);
      throw new Error('this test expects no work on a folder');
    },
    cluster,
    interruption,
    connections,
    requests,
    written,
    stdoutText: stdout.text,
    stderrText: stderr.text,
    exitCode: () => concluded,
    lend: async (given) => lend(outside, given),
  };
  return outside;
};

/** Tells what is there, once. */
async function* tellFleet(cluster: FakeCluster): AsyncGenerator<FleetNews> {
  for (const node of await cluster.readNodes({ selector: '' })) yield { kind: 'node', node };
  for (const release of await cluster.readReleases()) yield { kind: 'release', release };
  yield { kind: 'synced', part: 'nodes' };
  yield { kind: 'synced', part: 'records' };
}

const memoryStream = (
  isTTY: boolean,
): { stream: Writable & { isTTY: boolean; columns: number }; text: () => string } => {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write: (piece: Buffer | string, _encoding, done) => {
      pieces.push(Buffer.from(piece));
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY, columns: 100 }),
    text: () => Buffer.concat(pieces).toString('utf8'),
  };
};

const fakeFiles = (
  files: Readonly<Record<string, string | Uint8Array>>,
  written: Map<string, Uint8Array>,
): Files => ({
  read: async (path, limitBytes) => {
    const content = files[path];
    if (content === undefined)
      throw new SeccompError('file', `cannot read "${path}": no such file or folder`);
    const bytes = Buffer.from(content);
    if (bytes.length > limitBytes) throw new SeccompError('file', `"${path}" is too large`);
    return bytes;
  },
  list: async (folder, { isRecursive }) =>
    Object.keys(files)
      .filter((path) => path.startsWith(`${folder.replace(/\/$/, '')}/`))
      .map((path) => path.slice(folder.replace(/\/$/, '').length + 1))
      .filter((path) => isRecursive || !path.includes('/'))
      .filter((path) => !path.split('/').some((segment) => segment.startsWith('.')))
      .sort(),
  listFolder: async (folder) => {
    const below = `${folder.replace(/\/$/, '')}/`;
    const names = Object.keys(files)
      .filter((path) => path.startsWith(below))
      .map((path) => path.slice(below.length));
    const kinds = new Map(names.map((name) => [name.split('/', 1)[0]!, name.includes('/')]));
    return [...kinds].map(([name, isFolder]) => ({ name, isFolder }));
  },
  kind: async (path) => {
    if (files[path] !== undefined) return 'file';
    const isFolder = Object.keys(files).some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));
    return isFolder ? 'folder' : 'absent';
  },
  resolve: (path) => (path === '.' ? '/home/me/web' : path),
  write: async (path, content) => {
    written.set(path, content);
  },
});
