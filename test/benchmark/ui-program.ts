// `node --import tsx test/benchmark/ui-program.ts [PROGRAM [frame|memory]]`: the terminal UI as it ships, in a real terminal: how soon
// its first frame stands beside `kubectl version --client`, and the memory it takes for 5,000 nodes with 30 records, then
// with 50,000 pods too. An API server in this process makes them up. Prints figures, never asserts.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { renderRecord } from '../../plugin/cluster/records.ts';
import { findBinaries } from '../cluster/build.ts';
import { openTerminal } from '../cluster/tmux.ts';
import { sampleNodes, sampleReleases } from '../support/ui-samples.ts';
import { median } from './measure.ts';
import { buildReleased } from './single-file.ts';

const NODES = 5_000;
const REVISIONS = 10;
const PODS = 50_000;
const RUNS = 11;

/** What a real object has besides, by size: managedFields, conditions, images. */
const filler = (sizeBytes: number): string => ''.padEnd(sizeBytes, '.');

const nodes = sampleNodes(NODES, REVISIONS);

const nodeAt = (index: number) => {
  const { name, uid, allLabels, machineId, bootId } = nodes[index]!;
  return {
    metadata: {
      name,
      uid,
      resourceVersion: '1',
      labels: { ...allLabels, 'beta.kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' },
      managedFields: [{ fieldsV1: filler(3_000) }],
    },
    status: {
      images: filler(5_000),
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: {
        machineID: machineId,
        bootID: bootId,
        operatingSystem: 'linux',
        architecture: 'amd64',
        kernelVersion: '6.18.0',
        containerRuntimeVersion: 'containerd://2.4.2',
      },
    },
  };
};

const podAt = (index: number) => ({
  metadata: {
    name: `front-${index % 500}-6c9f8d7b5-${index.toString(36).padStart(5, '0')}`,
    namespace: `team-${index % 50}`,
    uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    resourceVersion: '1',
    ownerReferences: [
      { kind: 'StatefulSet', name: `front-${index % 500}`, uid: `owner-${index % 500}`, controller: true },
    ],
    managedFields: [{ manager: 'kubelet', fieldsV1: { 'f:status': filler(2_000) } }],
  },
  spec: {
    nodeName: nodes[index % NODES]!.name,
    containers: [
      {
        name: 'main',
        env: [{ name: 'OPTIONS', value: filler(800) }],
        securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'web/web.json' } },
      },
    ],
  },
  status: {
    phase: 'Running',
    conditions: filler(800),
    containerStatuses: [{ name: 'main', state: { running: { startedAt: '2026-01-01T00:00:00Z' } } }],
  },
});

const records = sampleReleases(nodes, REVISIONS).map((release) => ({
  ...renderRecord(release, 'kubectl-seccomp'),
}));

const recordAt = (index: number) => {
  const record = records[index]!;
  return { ...record, metadata: { ...record.metadata, resourceVersion: '1' } };
};

const LISTS: Readonly<Record<string, { readonly count: number; readonly at: (index: number) => object }>> = {
  '/api/v1/pods': { count: PODS, at: podAt },
  '/api/v1/nodes': { count: NODES, at: nodeAt },
  '/api/v1/namespaces/kubectl-seccomp/configmaps': { count: records.length, at: recordAt },
};

/** Nodes change as their heartbeats and labels do; whoever watches is told. */
const watchers = new Set<ServerResponse>();

const server = createServer(({ url = '' }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://server');
  response.setHeader('content-type', 'application/json');
  if (searchParams.has('watch')) {
    response.flushHeaders();
    if (pathname !== '/api/v1/nodes') return;
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
    return;
  }
  const { count, at } = LISTS[pathname] ?? { count: 0, at: () => ({}) };
  const from = Number(searchParams.get('continue') ?? 0);
  const end = Math.min(count, from + Number(searchParams.get('limit') ?? 500));
  const items = Array.from({ length: end - from }, (_, index) => at(from + index));
  response.end(
    JSON.stringify({ metadata: { resourceVersion: '1', ...(end < count && { continue: `${end}` }) }, items }),
  );
});

const configIn = (folder: string, address: string): string => {
  const named = (kind: string, value: object) => [{ name: 'it', [kind]: value }];
  const file = join(folder, 'config');
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'it',
      clusters: named('cluster', { server: address }),
      users: named('user', {}),
      contexts: named('context', { cluster: 'it', user: 'it' }),
    }),
  );
  return file;
};

/** From the start of a command in a terminal of its own to what is wanted on it; the terminal costs both the same. */
const timeInTerminal = (line: string, wanted: RegExp, env: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn('script', ['-qefc', `stty rows 50 cols 160; exec ${line}`, '/dev/null'], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    let elapsedMs: number | undefined;
    child.stdout.on('data', (piece: Buffer) => {
      said += piece;
      if (elapsedMs !== undefined || !wanted.test(stripVTControlCharacters(said))) return;
      elapsedMs = performance.now() - startedMs;
      child.stdin.write('q');
    });
    // One that has ended reads no more.
    child.stdin.on('error', () => {});
    const late = setTimeout(() => child.kill(), 20_000);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(late);
      if (elapsedMs === undefined) reject(new Error(`${line} never showed ${wanted}:\n${said}`));
      else resolve(elapsedMs);
    });
  });

const firstFrame = async (program: string, env: Record<string, string>): Promise<void> => {
  const kubernetes = findBinaries()?.kubernetes;
  const kubectl = kubernetes === undefined ? 'kubectl' : join(kubernetes, 'kubectl');
  if (kubernetes === undefined && spawnSync(kubectl, ['version', '--client']).status !== 0) {
    process.stdout.write('first frame: skipped, there is no kubectl\n');
    return;
  }
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const one = await timeInTerminal(`${program} ui`, /\? help/, env);
    const other = await timeInTerminal(`${kubectl} version --client`, /Kustomize Version: \S+/, env);
    // The first of each warms up.
    if (run === 0) continue;
    ours.push(one);
    theirs.push(other);
  }
  const [one, other] = [median(ours), median(theirs)];
  process.stdout.write(
    `first frame of ui ${one.toFixed(0)} ms, kubectl version --client ${other.toFixed(0)} ms: ratio ${(one / other).toFixed(2)}; promised: 1.5 (median of ${RUNS}, interleaved)\n`,
  );
};

const memory = async (program: string, env: Record<string, string>, folder: string): Promise<void> => {
  const terminal = await openTerminal(folder, env);
  const residentMiB = (processId: number): string => {
    const status = readFileSync(`/proc/${processId}/status`, 'utf8');
    const [, now] = /VmRSS:\s+(\d+)/.exec(status) ?? [];
    const [, peak] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
    return `${Math.round(Number(now) / 1024)} MiB resident, ${Math.round(Number(peak) / 1024)} MiB at most`;
  };
  try {
    await terminal.resize(160, 50);
    await terminal.type(`exec ${program} ui`, true);
    const processId = Number(await terminal.variable('pane_pid'));
    await terminal.until(/5,000 nodes[\s\S]*/);
    await terminal.until(/ live$/m);
    await sleep(2_000);
    process.stdout.write(`${NODES} nodes, ${records.length} records: ${residentMiB(processId)}\n`);
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 50; index++) {
        const node = nodeAt(round * 50 + index);
        const line = JSON.stringify({
          type: 'MODIFIED',
          object: {
            ...node,
            metadata: { ...node.metadata, labels: { ...node.metadata.labels, round: `${round}` } },
          },
        });
        for (const watcher of watchers) watcher.write(`${line}\n`);
      }
      await terminal.press('b');
      await sleep(150);
    }
    await sleep(2_000);
    process.stdout.write(`after 1,000 nodes changed and 20 keys: ${residentMiB(processId)}\n`);
    const startedMs = performance.now();
    await terminal.type(':workloads', true);
    await terminal.until(/500 containers in all namespaces(?!.*reading)/);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    await sleep(2_000);
    process.stdout.write(`with ${PODS} pods, known after ${seconds} s: ${residentMiB(processId)}\n`);
  } finally {
    await terminal.close();
  }
};

server.listen(0, '127.0.0.1', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-benchmark-'));
  try {
    const [, , given, part] = process.argv;
    const program = given ?? (await buildReleased(folder));
    if (program === undefined) return;
    const { port } = server.address() as AddressInfo;
    const env = { HOME: folder, KUBECONFIG: configIn(folder, `http://127.0.0.1:${port}`) };
    if (part !== 'memory') await firstFrame(program, env);
    if (part !== 'frame') await memory(program, env, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    server.close();
    server.closeAllConnections();
  }
});
