// What `apply -o json` says of each node, as a suite compares it.
import * as assert from 'uvu/assert';
import type { Cluster, CommandResult } from './handle.ts';
import { EXAMPLES, plugin, type RunningPlugin } from './plugin.ts';
import { poll } from './processes.ts';

/** The command line that applies the example profiles as a bundle of that name. */
export const applyAs = (bundle: string): string[] => ['apply', '-f', EXAMPLES, '--name', bundle];
export const APPLY = applyAs('web');

export interface NodeResult {
  readonly name: string;
  readonly result: string;
  readonly reason?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** Reads the printed document, after checking that the exit code says partly failed. */
export const failuresIn = ({ code, stdout, stderr }: CommandResult): Map<string, NodeResult> => {
  assert.is(code, 1, `${stdout}\n${stderr}`);
  const { nodes } = JSON.parse(stdout) as { nodes: NodeResult[] };
  return new Map(nodes.map((node) => [node.name, node]));
};

/** Applies the example profiles where some node must fail. */
export const applyExpectingFailure = async (
  cluster: Cluster,
  ...more: string[]
): Promise<Map<string, NodeResult>> => failuresIn(await plugin(cluster, [...APPLY, '-o', 'json', ...more]));

/** Names each node's result, and a failure's code with it. */
export const resultsOf = (nodes: Map<string, NodeResult>): Record<string, string> =>
  Object.fromEntries(
    [...nodes].map(([name, { result, reason }]) => [name, reason ? `${result}: ${reason.code}` : result]),
  );

const jobs = async (cluster: Cluster): Promise<string[]> =>
  (await cluster.kubectl(['get', 'jobs', '-n', 'kubectl-seccomp', '-o', 'name'])).stdout
    .split('\n')
    .filter(Boolean);

/** Waits until so many Jobs exist: the rollout is in its middle. */
export const untilJobs = (cluster: Cluster, count: number, running: RunningPlugin): Promise<true> =>
  poll(`${count} Jobs exist`, async () => (await jobs(cluster)).length >= count && (true as const), {
    describe: () => running.stderr(),
  });

/** Waits until neither Jobs nor Pods of ours are left. */
export const nothingLeft = (cluster: Cluster): Promise<true> =>
  poll('nothing of ours is left', async () => {
    const { stdout } = await cluster.kubectl(['get', 'jobs,pods', '-n', 'kubectl-seccomp', '-o', 'name']);
    return stdout.trim() === '' && (true as const);
  });
