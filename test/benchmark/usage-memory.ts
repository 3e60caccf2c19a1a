// How much memory the built program takes for `usage -A` of 50,000 pods on 5,000 nodes: an API server that makes pages
// up as they are asked for, and the program's own peak. Run it by itself; it prints and asserts nothing.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from '../cluster/plugin.ts';

const PODS = 50_000;
const NODES = 5_000;
const UID = '00000000-0000-4000-8000-';
const STARTED = '2026-01-01T00:00:00Z';

/** What a real one has besides, by size: most of it is managedFields, conditions and mounts. */
const filler = (about: string, sizeBytes: number): string => about.padEnd(sizeBytes, '.');

const uidOf = (kind: number, index: number): string => `${UID}${kind}${String(index).padStart(11, '0')}`;

const podAt = (index: number) => ({
  metadata: {
    name: `front-${index % 500}-6c9f8d7b5-${index.toString(36).padStart(5, '0')}`,
    namespace: `team-${index % 50}`,
    uid: uidOf(1, index),
    labels: { app: `front-${index % 500}`, 'pod-template-hash': '6c9f8d7b5' },
    annotations: { 'example.com/config': filler('config', 300) },
    ownerReferences: [
      { kind: 'ReplicaSet', name: `front-${index % 500}`, uid: uidOf(2, index % 500), controller: true },
    ],
    managedFields: [{ manager: 'kubelet', fieldsV1: { 'f:status': filler('fields', 2_000) } }],
  },
  spec: {
    nodeName: `node-${index % NODES}`,
    containers: [
      {
        name: 'main',
        image: 'registry.example.com/shop/front:1.2.3',
        env: [{ name: 'OPTIONS', value: filler('options', 800) }],
        securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'web/nginx.json' } },
      },
    ],
    volumes: [{ name: 'token', projected: filler('sources', 500) }],
  },
  status: {
    phase: 'Running',
    conditions: filler('conditions', 800),
    containerStatuses: [{ name: 'main', state: { running: { startedAt: STARTED } } }],
  },
});

const nodeAt = (index: number) => ({
  metadata: {
    name: `node-${index}`,
    uid: uidOf(3, index),
    labels: {
      'kubernetes.io/hostname': `node-${index}`,
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/zone': `zone-${index % 3}`,
    },
    managedFields: [{ fieldsV1: filler('fields', 3_000) }],
  },
  status: {
    images: filler('images', 5_000),
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: {
      machineID: uidOf(4, index),
      bootID: uidOf(5, index),
      operatingSystem: 'linux',
      architecture: 'amd64',
      kernelVersion: '6.18.0',
      containerRuntimeVersion: 'containerd://2.4.2',
    },
  },
});

const LISTS: Readonly<Record<string, { readonly count: number; readonly at: (index: number) => object }>> = {
  '/api/v1/pods': { count: PODS, at: podAt },
  '/api/v1/nodes': { count: NODES, at: nodeAt },
};

const server = createServer(({ url = '' }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://server');
  const { count, at } = LISTS[pathname] ?? { count: 0, at: () => ({}) };
  const from = Number(searchParams.get('continue') ?? 0);
  const end = Math.min(count, from + Number(searchParams.get('limit') ?? 500));
  const items = Array.from({ length: end - from }, (_, index) => at(from + index));
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({ metadata: { resourceVersion: '1', ...(end < count && { continue: `${end}` }) }, items }),
  );
});

const measure = (args: readonly string[], folder: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const preload = join(folder, 'preload.cjs');
    writeFileSync(
      preload,
      "process.on('exit', () => console.error('PEAK', process.resourceUsage().maxRSS));",
    );
    const child = spawn(process.execPath, ['--require', preload, PROGRAM, ...args], {
      env: {
        PATH: '',
        HOME: folder,
        KUBECONFIG: join(folder, 'config'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const startedMs = performance.now();
    let bytes = 0;
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    child.stderr.on('data', (piece) => {
      stderr += piece;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      const [, kib] = /PEAK (\d+)/.exec(stderr) ?? [];
      resolve(
        `${args.join(' ')}: peak ${Math.round(Number(kib) / 1024)} MiB, ${seconds} s, ${bytes} bytes, exit ${code}`,
      );
    });
  });

server.listen(0, '127.0.0.1', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-benchmark-'));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const named = (kind: string, value: object) => [{ name: 'it', [kind]: value }];
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'it',
    clusters: named('cluster', { server: address }),
    users: named('user', {}),
    contexts: named('context', { cluster: 'it', user: 'it' }),
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(config));
  try {
    for (const output of [[], ['-o', 'wide'], ['-o', 'json'], ['-o', 'name']])
      process.stdout.write(`${await measure(['usage', '-A', ...output], folder)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    server.close();
    server.closeAllConnections();
  }
});
