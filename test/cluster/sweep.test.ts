// That nothing of a cluster stays on the machine, however it and its starter came to die.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { findCluster } from './cluster.ts';
import { BUSYBOX_IMAGE } from './images.ts';
import { findComponent, findInCgroup, findProcesses, mustRun, pids, poll, signal } from './processes.ts';
import { cgroupName, stateFolder } from './state.ts';
import { findRemains, hasRemains, sweepCluster } from './sweep.ts';

const test = suiteThatNeeds('test/cluster/sweep', ['linux', 'root', 'runc']);
const NAME = 'sweep-test';
const folder = stateFolder(NAME);

/** What a cluster could leave, besides what carries its name. */
interface Machine {
  readonly mounts: string[];
  readonly links: string[];
  readonly namespaces: string[];
}

const namespaceOf = (pid: number, kind: string): string[] => {
  try {
    return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
  } catch {
    return [];
  }
};

const OURS = cgroupName(NAME, folder);

/** Pods of other clusters come and go, each with a namespace of its own. */
const isElsewhere = (pid: number): boolean => {
  try {
    const cgroups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    return cgroups.includes(':/kubectl-seccomp-') && !cgroups.includes(`:/${OURS}/`);
  } catch {
    return true;
  }
};

const readMachine = async (): Promise<Machine> => {
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  return {
    mounts: mountinfo.map((line) => line.split(' ')[4]!).sort(),
    links: (await mustRun(['ip', '-brief', 'link'])).match(/^kse\w*/gm)?.sort() ?? [],
    namespaces: [
      ...new Set(pids().flatMap((pid) => (isElsewhere(pid) ? [] : namespaceOf(pid, 'net')))),
    ].sort(),
  };
};

/** What is there now and was not before. Other clusters on the machine may come and go meanwhile. */
const newSince = async (before: Machine): Promise<Machine> => {
  const now = await readMachine();
  const added = (kind: keyof Machine) => now[kind].filter((one) => !before[kind].includes(one));
  return { mounts: added('mounts'), links: added('links'), namespaces: added('namespaces') };
};

const nothingNew = (before: Machine): Promise<true> =>
  poll(
    'nothing more is left on the machine than before',
    async () => Object.values(await newSince(before)).flat().length === 0 && (true as const),
    { timeoutMs: 10_000, everyMs: 250, describe: async () => JSON.stringify(await newSince(before)) },
  );

const startStarter = (): ChildProcess => {
  const main = join(import.meta.dirname, 'main.ts');
  return spawn(process.execPath, ['--import', 'tsx', main, 'up', '--name', NAME, '--nodes', '1'], {
    stdio: 'ignore',
  });
};

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on('exit', (code) => resolve(code)));

test.after(() => sweepCluster(folder));

test('removes what a starter leaves that is killed half-way', async () => {
  await sweepCluster(folder);
  const before = await readMachine();
  const starter = startStarter();
  const end = ended(starter);
  await poll('containerd', () => findComponent(folder, 'node-1/containerd', 'containerd'), { everyMs: 5 });
  starter.kill('SIGKILL');
  await end;
  assert.ok((await findRemains(folder)).links.length > 0);
  await sweepCluster(folder);
  assert.not.ok(hasRemains(await findRemains(folder)));
  await nothingNew(before);
});

test('removes a whole cluster whose parts were killed at random, and its pods', async () => {
  const before = await readMachine();
  assert.is(await ended(startStarter()), 0, 'the start, over the dead starter’s lock');
  const cluster = (await findCluster(NAME))!;
  const run = ['run', 'survivor', `--image=${BUSYBOX_IMAGE}`, '--restart=Never', '--', 'sleep', '1234'];
  await cluster.mustKubectl(run);
  await cluster.mustKubectl(['wait', '--for=condition=Ready', 'pod/survivor', '--timeout=30s']);
  const { cgroup } = cluster.state;
  assert.ok(findInCgroup(cgroup).length >= 2, 'the pod’s processes are in the cluster’s cgroup');
  const victims = findProcesses(folder).filter(({ comm }) => /^(kube-api|contain|etcd|kubelet)/.test(comm));
  // The shims too, which nobody is left to restart: their containers go on without anyone who knows of them.
  for (const { pid } of victims) signal(pid, 'SIGKILL');
  assert.ok(findInCgroup(cgroup).length > 0, 'the pod has survived');

  await sweepCluster(folder);
  assert.equal(findInCgroup(cgroup), []);
  assert.not.ok(hasRemains(await findRemains(folder)));
  await nothingNew(before);
  assert.not.ok(existsSync(folder));
});

test('leaves the cluster alone that another process is starting', async () => {
  const starter = startStarter();
  const end = ended(starter);
  await poll('etcd', () => findComponent(folder, 'etcd', 'etcd'), { everyMs: 5 });
  const down = spawn(process.execPath, [
    '--import',
    'tsx',
    join(import.meta.dirname, 'main.ts'),
    'down',
    '--name',
    NAME,
  ]);
  let said = '';
  down.stderr.on('data', (data: Buffer) => {
    said += data;
  });
  assert.is(await ended(down), 1);
  assert.match(said, /process \d+ is starting or stopping this cluster/);
  // Whoever interrupts a start gets back a clean machine.
  starter.kill('SIGINT');
  assert.is(await end, 130);
  assert.not.ok(hasRemains(await findRemains(folder)));
});

test.run();
