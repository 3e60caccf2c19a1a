// An `Outside` in memory: streams that can be read afterwards, files that are a map, a fake clock and cluster.
import { Readable, Writable } from 'node:stream';
import type { ConnectOptions, ExitCode, Files, Outside } from '../../plugin/outside.ts';
import { SeccompError } from '../../src/error.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { Request } from '../../src/protocol/request.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FakeWorkloads } from './fake-workloads.ts';

export interface FakeOutsideOptions {
  /** Path → content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly stdin?: string | Uint8Array;
  readonly isTerminal?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cluster?: FakeCluster;
  readonly workloads?: FakeWorkloads;
  readonly clock?: FakeClock;
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
  return {
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
      return Object.assign(cluster, { workloads: options.workloads ?? new FakeWorkloads() });
    },
    readServerVersion: async () => 'v1.37.0',
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
  };
};

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
