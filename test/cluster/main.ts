// `cluster:build`, `cluster:up`, `cluster:down` and `cluster status`: the test cluster from a person's shell.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readyNodes } from './api.ts';
import { buildBinaries } from './build.ts';
import { environmentOf, findCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { buildImageStore } from './image-store.ts';
import { buildImages } from './images.ts';
import { lockFileOf } from './lock.ts';
import { findProcesses } from './processes.ts';
import { startCluster } from './start.ts';
import { STATE_FILE_VARIABLE, stateFile, stateFolder } from './state.ts';
import { findRemains, hasRemains, stopCluster } from './sweep.ts';
import { requirePrograms } from './tools.ts';

const USAGE = `usage: main.ts build|up|down|status [--name dev] [--nodes 3]

  build   builds the cluster's programs and images, where the cache hasn't got them
  up      starts a cluster and leaves it running; one that runs already is left as it is
  down    stops it and removes everything of it, also what a crashed one left
  status  says what runs
`;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const describeUse = ({ state }: Cluster): string =>
  [
    ...Object.entries(environmentOf(state)).map(([name, value]) => `export ${name}=${value}`),
    `export PATH=${state.kubernetes}:$PATH   # kubectl`,
    `export ${STATE_FILE_VARIABLE}=${stateFile(state.folder)}   # for single suites`,
  ].join('\n');

const buildAll = async (): Promise<void> => {
  requirePrograms();
  const { pause, node } = await buildBinaries(say);
  await buildImageStore(await buildImages(pause, say), node, say);
};

/** Ends a start half-way. It blocks, so that the start cannot go on while another process sweeps what there is. */
const abandon = (name: string): never => {
  rmSync(lockFileOf(stateFolder(name)), { force: true });
  const down = [...process.execArgv, import.meta.filename, 'down', '--name', name];
  spawnSync(process.execPath, down, { stdio: 'inherit' });
  process.exit(130);
};

const up = async (name: string, nodes: number): Promise<void> => {
  const running = await findCluster(name);
  if (running) {
    print(`# ${name} runs already, with ${running.nodes.length} nodes\n${describeUse(running)}`);
    return;
  }
  const startedAt = Date.now();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abandon(name));
  const cluster = await startCluster({ name, nodes, say });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  print(`# ${name} is up with ${nodes} nodes after ${seconds} s\n${describeUse(cluster)}`);
};

const status = async (name: string): Promise<void> => {
  const folder = stateFolder(name);
  const running = await findCluster(name);
  if (running) {
    print(`# ${name} runs; Ready: ${(await readyNodes(running.state)).sort().join(' ')}`);
    for (const { component, comm, pid } of findProcesses(folder))
      print(`${String(pid).padStart(8)} ${component} (${comm})`);
    print(describeUse(running));
  } else {
    const remains = await findRemains(folder);
    print(hasRemains(remains) ? `# ${name} is broken: ${JSON.stringify(remains)}` : `# ${name} does not run`);
  }
};

const main = async (): Promise<number> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string', default: 'dev' }, nodes: { type: 'string', default: '3' } },
  });
  const nodes = Number(values.nodes);
  const [verb, ...rest] = positionals;
  if (rest.length > 0 || !Number.isInteger(nodes) || nodes < 1 || nodes > 9) {
    say(USAGE);
    return 2;
  }
  switch (verb) {
    case 'build':
      await buildAll();
      return 0;
    case 'up':
      await up(values.name, nodes);
      return 0;
    case 'down':
      await stopCluster(stateFolder(values.name));
      return 0;
    case 'status':
      await status(values.name);
      return 0;
    default:
      say(USAGE);
      return 2;
  }
};

process.stdout.on('error', () => {}); // whoever reads only the first lines has what they wanted
try {
  process.exitCode = await main();
} catch (error) {
  say(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
