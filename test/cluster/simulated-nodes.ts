// Nodes by the hundred, simulated by KWOK beside the real ones: their Pods run no program but end at once with the
// report that a program would have left. What is real is all of the control plane, and what it costs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readyNodes } from './api.ts';
import { buildBinaries } from './build.ts';
import { logOf } from './control-plane.ts';
import type { Cluster } from './handle.ts';
import { findComponent, poll, signal, startProcess } from './processes.ts';

export interface SimulatedNodes {
  readonly names: readonly string[];
  /** Ends the simulation and deletes its Nodes. */
  stop(): Promise<void>;
}

/** For `-l`: the real nodes do not carry it. */
export const SIMULATED = 'simulated=yes';
const ANNOTATION = 'kwok.x-k8s.io/node';
const READY_TIMEOUT_MS = 120_000;

/** Adds so many Nodes whose Pods all end with `report`, and returns when they are Ready. */
export const simulateNodes = async (
  cluster: Cluster,
  count: number,
  report: object,
): Promise<SimulatedNodes> => {
  const { state } = cluster;
  const { kwok } = await buildBinaries(() => {});
  const config = join(state.folder, 'kwok.json');
  writeFileSync(
    config,
    stagesOf(report)
      .map((stage) => `---\n${JSON.stringify(stage)}\n`)
      .join(''),
  );
  startProcess(
    state.folder,
    'kwok',
    [
      join(kwok, 'kwok'),
      ...[`--kubeconfig=${state.kubeconfig}`, `--config=${config}`],
      `--manage-nodes-with-annotation-selector=${ANNOTATION}=fake`,
      // A node that has not renewed its lease for 12 s counts as lost here.
      '--node-lease-duration-seconds=8',
    ],
    { log: logOf(state.folder, 'kwok') },
  );
  const names = Array.from({ length: count }, (_, at) => `simulated-${String(at).padStart(4, '0')}`);
  await cluster.mustKubectl(['create', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: names.map(nodeOf) }),
    timeoutMs: READY_TIMEOUT_MS,
  });
  await poll(
    'Ready simulated nodes',
    async () => {
      const ready = new Set(await readyNodes(state));
      return names.every((name) => ready.has(name));
    },
    { timeoutMs: READY_TIMEOUT_MS, everyMs: 500 },
  );
  return {
    names,
    stop: async () => {
      const pid = findComponent(state.folder, 'kwok', 'kwok');
      if (pid !== undefined) signal(pid, 'SIGKILL');
      await cluster.mustKubectl(['delete', 'nodes', '-l', SIMULATED, '--wait=false'], {
        timeoutMs: READY_TIMEOUT_MS,
      });
    },
  };
};

const nodeOf = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: { 'kubernetes.io/hostname': name, [SIMULATED.split('=')[0]!]: SIMULATED.split('=')[1]! },
    annotations: { [ANNOTATION]: 'fake' },
  },
  status: {
    allocatable: { cpu: '32', memory: '64Gi', pods: '110' },
    capacity: { cpu: '32', memory: '64Gi', pods: '110' },
    nodeInfo: {
      architecture: 'amd64',
      bootID: `boot-${name}`,
      containerRuntimeVersion: 'containerd://2.4.2',
      kernelVersion: '6.18.0',
      kubeletVersion: 'v1.37.2',
      machineID: `machine-${name}`,
      operatingSystem: 'linux',
      kubeProxyVersion: '',
      osImage: 'simulated',
      systemUUID: `system-${name}`,
    },
  },
});

const stage = (kind: 'Node' | 'Pod', name: string, matchExpressions: readonly object[], next: object) => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, next },
});

/** KWOK's stages: a Node gets Ready (and its lease is kept), a Pod ends as soon as it is there and goes when deleted. */
const stagesOf = (report: object) => {
  const ready = {
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Simulated',
        message: '',
        lastHeartbeatTime: '{{ Now }}',
        lastTransitionTime: '{{ Now }}',
      },
    ],
  };
  const ended = {
    phase: 'Succeeded',
    startTime: '{{ Now }}',
    containerStatuses: [
      {
        name: 'seccomp',
        image: 'simulated',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: {
          terminated: {
            exitCode: 0,
            reason: 'Completed',
            startedAt: '{{ Now }}',
            finishedAt: '{{ Now }}',
            message: JSON.stringify(report),
          },
        },
      },
    ],
  };
  const readiness = '.status.conditions.[] | select( .type == "Ready" ) | .status';
  return [
    stage('Node', 'node-ready', [{ key: readiness, operator: 'NotIn', values: ['True'] }], {
      statusTemplate: JSON.stringify(ready),
    }),
    stage(
      'Pod',
      'pod-ended',
      [
        { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
        { key: '.status.phase', operator: 'In', values: ['Pending'] },
      ],
      { statusTemplate: JSON.stringify(ended) },
    ),
    stage('Pod', 'pod-deleted', [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], {
      finalizers: { empty: true },
      delete: true,
    }),
  ];
};
