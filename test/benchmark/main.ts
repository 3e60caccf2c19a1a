// `npm run bench`: how fast the built program is beside kubectl, tar and the cluster's own floor. Prints, never asserts.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries } from '../cluster/build.ts';
import { NODE_IMAGE } from '../cluster/images.ts';
import { EXAMPLES, PROGRAM } from '../cluster/plugin.ts';
import { readState, STATE_FILE_VARIABLE } from '../cluster/state.ts';
import { compare } from './measure.ts';
import { answers, corpus, evaluations } from './profiles.ts';
import { scale } from './scale.ts';
import { buildReleased, compareStart, compareStatus } from './single-file.ts';

const node = process.execPath;

/** The cluster's own, built from its sources, or the one on the PATH. */
const findKubectl = (): string | undefined => {
  const built = findBinaries()?.kubernetes;
  if (built !== undefined) return join(built, 'kubectl');
  return spawnSync('kubectl', ['version', '--client']).status === 0 ? 'kubectl' : undefined;
};

const startUp = (single: string | undefined): void => {
  const kubectl = findKubectl();
  if (kubectl === undefined) {
    process.stdout.write('start-up: skipped, there is no kubectl\n\n');
    return;
  }
  compare(
    'start-up',
    { name: 'kubectl-seccomp version --client', argv: [node, PROGRAM, 'version', '--client'] },
    { name: 'kubectl version --client', argv: [kubectl, 'version', '--client'] },
    15,
  );
  if (single !== undefined) compareStart(single, kubectl);
  answers(kubectl, single);
};

/** In a process of its own, which plays the API server of 5,000 nodes. */
const terminalUi = (program: string): void => {
  const script = fileURLToPath(new URL('ui-program.ts', import.meta.url));
  spawnSync(node, ['--import', 'tsx', script, program], { stdio: ['ignore', 'inherit', 'inherit'] });
  process.stdout.write('\n');
};

const localInstall = (folder: string): void => {
  const archive = join(folder, 'web.tar');
  const root = join(folder, 'root');
  spawnSync(node, [PROGRAM, 'bundle', 'build', '-f', EXAMPLES, '--name', 'web', '--to', archive]);
  compare(
    'install of a bundle on a folder of this machine, every file synced to disk',
    {
      name: 'apply -f web.tar --root DIR',
      argv: [node, PROGRAM, 'apply', '-f', archive, '--root', root],
      prepare: () => rmSync(root, { recursive: true, force: true }),
    },
    { name: 'node -e 0 (the floor of any Node program)', argv: [node, '-e', '0'] },
  );
};

/** What the cluster itself needs for the same Jobs: created by kubectl and awaited. */
const rollout = (folder: string, stateFile: string, single: string | undefined): void => {
  const state = readState(stateFile);
  const env = { KUBECONFIG: state.kubeconfig };
  const kubectl = join(state.kubernetes, 'kubectl');
  const profiles = join(folder, 'profiles');
  cpSync(EXAMPLES, profiles, { recursive: true });
  const jobs = state.nodes.map(({ name }) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { generateName: 'floor-', namespace: 'default', labels: { bench: 'floor' } },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          nodeName: name,
          restartPolicy: 'Never',
          containers: [{ name: 'main', image: NODE_IMAGE, command: ['node', '-e', '0'] }],
        },
      },
    },
  }));
  const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: jobs });
  const script = `echo '${manifest}' | ${kubectl} create -f - >/dev/null && ${kubectl} wait --for=condition=complete job -l bench=floor --timeout=60s >/dev/null`;
  compare(
    `rollout to ${state.nodes.length} nodes`,
    {
      name: 'kubectl-seccomp apply --force',
      argv: [node, PROGRAM, 'apply', '-f', profiles, '--name', 'bench', '--force'],
      env,
    },
    {
      name: 'the same number of Jobs by kubectl create, wait',
      argv: ['sh', '-c', script],
      env,
      prepare: () =>
        void spawnSync(kubectl, ['delete', 'job', '-l', 'bench=floor', '--wait'], {
          env: { ...process.env, ...env },
        }),
    },
    5,
  );
  compare(
    'status',
    { name: 'kubectl-seccomp status', argv: [node, PROGRAM, 'status'], env },
    { name: 'kubectl get nodes', argv: [kubectl, 'get', 'nodes'], env },
    9,
  );
  if (single !== undefined) compareStatus(single, kubectl, env);
};

if (!existsSync(PROGRAM)) throw new Error('not built: npm run build');
const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-bench-'));
try {
  const single = await buildReleased(join(folder, 'single'));
  startUp(single);
  if (single !== undefined) terminalUi(single);
  corpus(process.env.SECCOMP_SHARED ?? '', single);
  evaluations();
  localInstall(folder);
  const stateFile = process.env[STATE_FILE_VARIABLE];
  if (stateFile) {
    rollout(folder, stateFile, single);
    // What ships, where it can be built here.
    const program = single === undefined ? [node, PROGRAM] : [single];
    await scale(folder, Number(process.env.SECCOMP_BENCH_NODES ?? 200), program);
  } else
    process.stdout.write(
      `rollout: skipped, ${STATE_FILE_VARIABLE} names no cluster (npm run cluster:up says which)\n`,
    );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
