// A program of its own: counts what reading and checking hostile profiles takes, instead of timing it. The counts are of
// blocks of code that ran, in src and in the YAML reader, so that they are the same on every machine; what built-in
// functions do is not in them. Prints one line of JSON for each kind of file: its name and the counts for each size.
import { Session } from 'node:inspector';
import { HOSTILE_PROFILES } from './hostile-profiles.ts';

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

const session = new Session();
session.connect();

// Without a context, these answer before they return.
const ask = (method: string, parameters: object = {}): unknown => {
  let answer: unknown;
  session.post(method, parameters, (error: Error | null, result?: object) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
};

// Only what is compiled from here on counts its blocks.
ask('Profiler.enable');
ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

const countWork = (run: () => void): number => {
  ask('Profiler.takePreciseCoverage');
  run();
  const { result } = ask('Profiler.takePreciseCoverage') as Coverage;
  return result
    .filter(({ url }) => /\/src\/|\/yaml\/dist\//.test(url))
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0);
};

const main = async (sizes: readonly number[]): Promise<void> => {
  const { defaultCompileOptions } = await import('../../src/profile/compile-options.ts');
  const { lintFile } = await import('../../src/profile/lint/lint.ts');
  const facts = [{ ...defaultCompileOptions, architecture: 'amd64', dialect: 'containerd' } as const];
  const lint = (text: string): void => {
    lintFile(new TextEncoder().encode(text), 'f', 'f', { facts });
  };
  // Tables are parsed and built-in profiles read once.
  lint('{"defaultAction":"SCMP_ACT_ALLOW"}');
  for (const [name, make] of Object.entries(HOSTILE_PROFILES)) {
    const counts = sizes.map((size) => countWork(() => lint(make(size))));
    process.stdout.write(`${JSON.stringify({ name, counts })}\n`);
  }
};

await main(process.argv.slice(2).map(Number));
