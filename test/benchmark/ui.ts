// `node --import tsx test/benchmark/ui.ts`: the terminal UI over a recorded fleet of 5,000 nodes: from a key press to
// the frame that answers it, and the memory it takes. It bundles itself as the program is bundled, so that no compiler
// stands in its memory. Prints figures, never asserts; the processor's own time counts where the machine is busy.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { localClock } from '../../plugin/local-clock.ts';
import { runUi } from '../../plugin/tui/run.tsx';
import type { FleetNews } from '../../src/rollout/fleet.ts';
import { fakePort, sampleNews, sampleNodes, sampleReleases, VERBS } from '../support/ui-samples.ts';

const NODES = Number(process.env.SECCOMP_BENCH_NODES ?? 5_000);
const REVISIONS = 10;
const SIZE = { columns: 160, rows: 50 };
const ROUNDS = 30;

/** A terminal in memory that says when something was written to it. */
class Screen extends Writable {
  readonly isTTY = true;
  readonly columns = SIZE.columns;
  readonly rows = SIZE.rows;
  bytes = 0;
  onFrame: () => void = () => {};

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.bytes += piece.length;
    done();
    this.onFrame();
  }
}

const keyboard = Object.assign(new PassThrough(), {
  isTTY: true,
  setRawMode: () => {},
  ref: () => {},
  unref: () => {},
});
const screen = new Screen();

const mebibytes = (): string => `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB resident`;

const empty = mebibytes();
const nodes = sampleNodes(NODES, REVISIONS);
const releases = sampleReleases(nodes, REVISIONS);
let tell: (news: readonly FleetNews[]) => void = () => {};

async function* fleet(): AsyncGenerator<FleetNews> {
  yield* sampleNews(nodes, releases);
  for (;;) yield* await new Promise<readonly FleetNews[]>((resolve) => (tell = resolve));
}

interface Sample {
  readonly elapsedMs: number;
  /** Of all threads, until the frame and what follows it is done. */
  readonly cpuMs: number;
}

/** From an event to the frame that it leads to; `undefined` where nothing is drawn within a second. */
const timeToFrame = async (cause: () => void): Promise<Sample> => {
  const frame = new Promise<void>((resolve) => (screen.onFrame = resolve));
  const startedMs = performance.now();
  const before = process.cpuUsage();
  cause();
  await Promise.race([frame, sleep(1_000)]);
  const elapsedMs = performance.now() - startedMs;
  screen.onFrame = () => {};
  // The next key does not come while this frame's rest is drawn.
  await sleep(40);
  const { user, system } = process.cpuUsage(before);
  return { elapsedMs, cpuMs: (user + system) / 1000 };
};

const report = (name: string, samples: readonly Sample[], bytes: number): void => {
  const sorted = (field: keyof Sample): number[] =>
    samples.map((one) => one[field]).toSorted((one, other) => one - other);
  const at = (field: keyof Sample, share: number): string => {
    const values = sorted(field);
    return values[Math.min(values.length - 1, Math.floor(values.length * share))]!.toFixed(1).padStart(6);
  };
  process.stdout.write(
    `${name.padEnd(44)} median ${at('elapsedMs', 0.5)} ms, worst ${at('elapsedMs', 1)} ms; processor ${at('cpuMs', 0.5)} ms, worst ${at('cpuMs', 1)} ms; ${Math.round(bytes / samples.length)} bytes a frame\n`,
  );
};

const measure = async (name: string, keys: readonly string[]): Promise<void> => {
  const times: Sample[] = [];
  screen.bytes = 0;
  for (let round = 0; round < ROUNDS; round++)
    times.push(await timeToFrame(() => keyboard.write(keys[round % keys.length]!)));
  report(name, times, screen.bytes);
};

const main = async (): Promise<void> => {
  const recorded = mebibytes();
  const leave = new AbortController();
  const startedMs = performance.now();
  const first = new Promise<void>((resolve) => (screen.onFrame = resolve));
  const running = runUi({
    place: { screen: 'fleet' },
    isReadOnly: false,
    isScreenReader: false,
    programName: 'kubectl seccomp',
    readContext: async () => 'bench',
    verbs: VERBS,
    openPort: async () => fakePort({ watchFleet: fleet }),
    theme: { isColored: true },
    outside: { stdin: keyboard, stdout: screen, stderr: screen, clock: localClock, signal: leave.signal },
  });
  await first;
  process.stdout.write(
    `${NODES} nodes, 3 bundles, ${REVISIONS} revisions of each, ${SIZE.columns}×${SIZE.rows}\n`,
  );
  process.stdout.write(`first frame after ${(performance.now() - startedMs).toFixed(0)} ms\n`);
  await sleep(3_000);

  await measure('groups: another column', ['l', 'l', 'h', 'h']);
  await measure('groups: regrouped (b)', ['b']);
  // By node again, whatever the round left.
  keyboard.write(':fleet/zone=eu-1a\r');
  await sleep(500);
  await measure('1,667 nodes: one row down', ['j']);
  await measure('1,667 nodes: a page down, a page up', ['\u001b[6~', '\u001b[5~']);
  await measure('1,667 nodes: another order (o)', ['o']);
  keyboard.write('/');
  await sleep(100);
  await measure('1,667 nodes: a letter of a filter', ['1', '\u007f']);
  keyboard.write('\u001b');
  await sleep(200);
  const changes: Sample[] = [];
  screen.bytes = 0;
  for (let round = 0; round < 10; round++) {
    const changed = nodes
      .slice(0, 50)
      .map((node): FleetNews => ({ kind: 'node', node: { ...node, isReady: round % 2 === 0 } }));
    changes.push(await timeToFrame(() => tell(changed)));
  }
  report('50 nodes change (100 ms of it is batching)', changes, screen.bytes);
  process.stdout.write(
    `memory: ${empty} before the fleet was recorded, ${recorded} with it, ${mebibytes()} in the end\n`,
  );
  leave.abort();
  await running;
};

declare const IS_BUNDLED: boolean | undefined;

const bundleAndRun = async (): Promise<void> => {
  const { build } = await import('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-bench-ui-'));
  try {
    const outfile = join(folder, 'ui.mjs');
    await build({
      entryPoints: [import.meta.filename],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
      },
      define: {
        IS_BUNDLED: 'true',
        'process.env.NODE_ENV': '"production"',
        'process.env.DEV': '"false"',
      },
      external: ['esbuild'],
      // Ink's own development needs it, and nothing here.
      alias: { 'react-devtools-core': 'node:module' },
      logLevel: 'warning',
    });
    spawnSync(process.execPath, [outfile], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

await (typeof IS_BUNDLED === 'undefined' ? bundleAndRun() : main());
