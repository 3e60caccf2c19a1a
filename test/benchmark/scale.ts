// Hundreds of simulated nodes: a whole rollout by Jobs and by bare Pods beside the same Jobs by kubectl create, `status`
// beside `kubectl get nodes`, and how much memory either took.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachCluster } from '../cluster/cluster.ts';
import { EXAMPLES } from '../cluster/plugin.ts';
import { SIMULATED, simulateNodes } from '../cluster/simulated-nodes.ts';

interface Measured {
  readonly ms: number;
  readonly peakMiB: number;
}

const measure = (argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let peakKiB = 0;
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = `${stderr}${chunk}`.slice(-2000);
    });
    const look = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peakKiB = Math.max(peakKiB, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
      } catch {
        // It has ended.
      }
    }, 50);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(look);
      if (code === 0) resolve({ ms: performance.now() - started, peakMiB: peakKiB / 1024 });
      else reject(new Error(`${argv.join(' ')}: exit ${code}: ${stderr}`));
    });
  });

const print = (name: string, { ms, peakMiB }: Measured, floor?: Measured): void => {
  const ratio = floor ? `   ratio ${(ms / floor.ms).toFixed(2)}` : '';
  const time = `${(ms / 1000).toFixed(1).padStart(8)} s`;
  process.stdout.write(`  ${name.padEnd(44)}${time}${peakMiB.toFixed(0).padStart(7)} MiB${ratio}\n`);
};

/** The same Jobs, as far as a cluster is concerned: pinned, one Pod each, awaited. */
const floorJobs = (names: readonly string[]): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: names.map((name) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: `floor-${name}`, namespace: 'default', labels: { bench: 'floor' } },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: 'Never',
            affinity: {
              nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: {
                  nodeSelectorTerms: [
                    { matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] },
                  ],
                },
              },
            },
            tolerations: [{ operator: 'Exists' }],
            containers: [{ name: 'seccomp', image: 'simulated' }],
          },
        },
      },
    })),
  });

/** Prints the figures of `program`, as it is started, for `count` nodes; the cluster is the one that the environment names. */
export const scale = async (folder: string, count: number, program: readonly string[]): Promise<void> => {
  const cluster = attachCluster();
  const env = { KUBECONFIG: cluster.kubeconfig, KUBERC: 'off' };
  const kubectl = join(cluster.state.kubernetes, 'kubectl');
  const bundle = join(folder, 'scale.tar');
  const [command = '', ...first] = program;
  const built = spawnSync(command, [
    ...first,
    'bundle',
    'build',
    '-f',
    EXAMPLES,
    '--name',
    'scale',
    '--to',
    bundle,
  ]);
  const digest = /sha256 ([0-9a-f]{64})/.exec(built.stdout.toString())?.[1];
  const facts = { architecture: 'amd64', kernel: '6.18.0' };
  const outcome = { version: 1, operation: 'install', outcome: 'installed', digest, durationMs: 5, facts };
  const simulated = await simulateNodes(cluster, count, outcome);
  try {
    const floorFile = join(folder, 'floor.json');
    writeFileSync(floorFile, floorJobs(simulated.names));
    const wait = `${kubectl} wait --for=condition=complete job -l bench=floor --timeout=3600s`;
    const apply = (...more: string[]) => [
      ...[...program, 'apply', '-f', bundle, '-l', SIMULATED, '--force', ...more],
    ];
    process.stdout.write(`${count} simulated nodes\n`);
    const floor = await measure(['sh', '-c', `${kubectl} create -f ${floorFile} && ${wait}`], env);
    print('kubectl create -f, kubectl wait', floor);
    await cluster.mustKubectl(['delete', 'jobs', '-l', 'bench=floor', '--wait=false'], {
      timeoutMs: 600_000,
    });
    print('apply', await measure(apply(), env), floor);
    print('apply --launch pod', await measure(apply('--launch=pod'), env), floor);
    const nodes = await measure([kubectl, 'get', 'nodes'], env);
    print('kubectl get nodes', nodes);
    print('status', await measure([...program, 'status', 'scale'], env), nodes);
    process.stdout.write('\n');
  } finally {
    await simulated.stop();
  }
};
