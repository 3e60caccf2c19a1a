// The program that ships beside kubectl: start, completion, an answer of the cluster, and memory. What is promised:
// version at most 0.35 of kubectl's, completion and status at most 1.0.
import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findBun } from '../../plugin/release/bun.ts';
import { buildSingleFile } from '../../plugin/release/single-file.ts';
import { compare } from './measure.ts';

/** Builds the program as it is released for this machine; undefined where Bun is not installed. */
export const buildReleased = async (folder: string): Promise<string | undefined> => {
  if (findBun() !== undefined) return buildSingleFile(folder);
  process.stdout.write('as one file: skipped, there is no Bun for this machine\n\n');
  return undefined;
};

/** Compares what needs no cluster. */
export const compareStart = (program: string, kubectl: string): void => {
  const runs = 15;
  compare(
    'version, as one file; promised: 0.35',
    { name: 'kubectl-seccomp version --client', argv: [program, 'version', '--client'] },
    { name: 'kubectl version --client', argv: [kubectl, 'version', '--client'] },
    runs,
  );
  const completion = join(dirname(program), 'kubectl_complete-seccomp');
  if (!existsSync(completion)) symlinkSync(program, completion);
  for (const [what, words, theirs] of [
    ['a verb', ['ap'], ['ge']],
    ['a flag', ['apply', '--on'], ['get', '--out']],
  ] as const)
    compare(
      `completion of ${what}, as one file; promised: 1.0`,
      { name: `kubectl_complete-seccomp ${words.join(' ')}`, argv: [completion, ...words] },
      { name: `kubectl __complete ${theirs.join(' ')}`, argv: [kubectl, '__complete', ...theirs] },
      runs,
    );
  memory('version --client', [program, 'version', '--client'], [kubectl, 'version', '--client'], {});
};

/** Compares what asks the cluster that KUBECONFIG in `env` names. */
export const compareStatus = (program: string, kubectl: string, env: Record<string, string>): void => {
  compare(
    'status, as one file; promised: 1.0',
    { name: 'kubectl-seccomp status', argv: [program, 'status'], env },
    { name: 'kubectl get nodes', argv: [kubectl, 'get', 'nodes'], env },
    15,
  );
  memory('status, get nodes', [program, 'status'], [kubectl, 'get', 'nodes'], env);
};

const TIME = '/usr/bin/time';

/** Prints the most memory that each held, as GNU time has it. */
const memory = (
  title: string,
  ours: readonly string[],
  theirs: readonly string[],
  env: Record<string, string>,
): void => {
  if (!existsSync(TIME)) return;
  const mebibytes = (argv: readonly string[]): number => {
    const { stderr } = spawnSync(TIME, ['-f', '%M', ...argv], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    return Number(stderr.trim().split('\n').at(-1)) / 1024;
  };
  const [one, other] = [mebibytes(ours), mebibytes(theirs)];
  process.stdout.write(
    `memory of ${title}\n  kubectl-seccomp ${one.toFixed(0)} MiB, kubectl ${other.toFixed(0)} MiB\n\n`,
  );
};
