// Times whole processes in turn, A B A B …, and prints ratios: the machines are noisy, their ratios are not.
import { spawnSync } from 'node:child_process';

export interface Candidate {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Record<string, string>;
  /** Those that are no failure; 0 where none are given. */
  readonly exitCodes?: readonly number[];
  /** Runs before each measurement, outside it. */
  readonly prepare?: () => void;
}

/** Returns the value in the middle. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const timeMs = ({ argv, env, prepare, exitCodes = [0] }: Candidate): number => {
  prepare?.();
  const started = performance.now();
  const { status, stderr, error } = spawnSync(argv[0] ?? '', argv.slice(1), {
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  const elapsed = performance.now() - started;
  if (error || !exitCodes.includes(status ?? -1))
    throw new Error(`${argv.join(' ')}: ${error?.message ?? `exit ${status}: ${stderr}`}`);
  return elapsed;
};

/** Measures the candidate against the floor, interleaved, after one warm-up of each; prints medians and the ratio. */
export const compare = (title: string, candidate: Candidate, floor: Candidate, runs = 7): void => {
  timeMs(candidate);
  timeMs(floor);
  const candidateMs: number[] = [];
  const floorMs: number[] = [];
  for (let run = 0; run < runs; run++) {
    candidateMs.push(timeMs(candidate));
    floorMs.push(timeMs(floor));
  }
  const [one, other] = [median(candidateMs), median(floorMs)];
  const ratio = (one / other).toFixed(2);
  process.stdout.write(
    `${title}\n  ${candidate.name.padEnd(44)}${one.toFixed(0).padStart(7)} ms\n  ${floor.name.padEnd(44)}${other.toFixed(0).padStart(7)} ms\n  ratio ${ratio} (median of ${runs}, interleaved)\n\n`,
  );
};
