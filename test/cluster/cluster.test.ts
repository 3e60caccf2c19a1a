// The test cluster itself: that it is a real one, and that what its handle promises is so.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { readyNodes } from './api.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { BUSYBOX_IMAGE, NODE_IMAGE } from './images.ts';
import { poll, run } from './processes.ts';

const test = suiteThatNeeds('test/cluster/cluster', ['linux', 'root', 'cluster']);
const NAMESPACE = 'test-cluster-itself';
const NO_MKDIR = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
};

let cluster: Cluster;

test.before(async () => {
  cluster = attachCluster();
  await cluster.mustKubectl(['create', 'namespace', NAMESPACE]);
  await poll('the default service account', async () => {
    return (await cluster.kubectl(['-n', NAMESPACE, 'get', 'serviceaccount', 'default'])).code === 0;
  });
});

test.after(async () => {
  await cluster.mustKubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
});

interface PodStatus {
  readonly phase: string;
  readonly podIP?: string;
  readonly containerStatuses?: readonly { state: { waiting?: { reason: string; message?: string } } }[];
}

const createPod = async (name: string, nodeName: string, container: object, localhostProfile?: string) => {
  const seccompProfile = localhostProfile ? { type: 'Localhost', localhostProfile } : { type: 'Unconfined' };
  const spec = {
    nodeName,
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'main', imagePullPolicy: 'IfNotPresent', securityContext: { seccompProfile }, ...container },
    ],
  };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE }, spec };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(pod) });
};

const statusOf = async (name: string): Promise<PodStatus> =>
  (await cluster.getJson<{ status: PodStatus }>(['-n', NAMESPACE, 'pod', name])).status;

const phaseOf = async (name: string, phase: string) => {
  const ended = ['Succeeded', 'Failed'];
  const isThere = (status: PodStatus) =>
    status.phase === phase || ended.includes(status.phase) ? status : undefined;
  const options = {
    timeoutMs: 40_000,
    everyMs: 200,
    describe: async () => JSON.stringify(await statusOf(name)),
  };
  const status = await poll(`${name} being ${phase}`, async () => isThere(await statusOf(name)), options);
  assert.is(status.phase, phase, JSON.stringify(status));
};

const logOf = (name: string) => cluster.mustKubectl(['-n', NAMESPACE, 'logs', name]);

test('has all its nodes Ready, each with a machine ID of its own', async () => {
  const { items } = await cluster.getJson<{ items: { status: { nodeInfo: { machineID: string } } }[] }>([
    'nodes',
  ]);
  assert.equal(
    (await readyNodes(cluster.state)).sort(),
    cluster.nodes.map((node) => node.name),
  );
  assert.is(new Set(items.map((item) => item.status.nodeInfo.machineID)).size, cluster.nodes.length);
});

test('refuses a pod whose profile is missing, and enforces it as soon as the file is there', async () => {
  const script = 'mkdir /tmp/made 2>/dev/null && echo made || echo refused; grep Seccomp: /proc/self/status';
  const command = ['sh', '-c', script];
  await createPod('localhost', 'node-1', { image: BUSYBOX_IMAGE, command }, 'itself/no-mkdir.json');
  const waiting = await poll('the container being refused', async () => {
    const state = (await statusOf('localhost')).containerStatuses?.[0]?.state.waiting;
    return state?.reason === 'CreateContainerError' ? state : undefined;
  });
  assert.match(
    waiting.message ?? '',
    /cannot load seccomp profile "\/var\/lib\/kubelet\/seccomp\/itself\/no-mkdir.json"/,
  );

  const folder = join(cluster.node('node-1').seccompRoot, 'itself');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'no-mkdir.json'), JSON.stringify(NO_MKDIR));
  await phaseOf('localhost', 'Succeeded');
  assert.match(await logOf('localhost'), /refused\nSeccomp:\t2\n/);
});

test('has pods that reach each other and the API server, and whose logs and shells are reached', async () => {
  const serve =
    "require('node:http').createServer((q, r) => r.end('hello')).listen(8080, () => console.log('listens'))";
  await createPod('server', 'node-2', { image: NODE_IMAGE, command: ['node', '-e', serve] });
  await phaseOf('server', 'Running');
  await poll('the server', async () => (await logOf('server')).includes('listens'));
  const { podIP } = await statusOf('server');
  // The API server answers plain HTTP on its TLS port with 400: enough to know that it is there.
  const ask = `wget -q -O - http://${podIP}:8080; wget -q -O - http://10.96.0.1:443 2>&1 | grep -o 400`;
  await createPod('client', 'node-1', { image: BUSYBOX_IMAGE, command: ['sh', '-c', ask] });
  await phaseOf('client', 'Succeeded');
  assert.is(await logOf('client'), 'hello400\n');
  assert.is(
    await cluster.mustKubectl(['-n', NAMESPACE, 'exec', 'server', '--', 'echo', 'inside']),
    'inside\n',
  );
});

test('runs another version of runc on node-2', async () => {
  const versions = await Promise.all(
    cluster.state.nodes.map(async (node) => (await run([node.runc, '--version'])).stdout.split('\n')[0]),
  );
  assert.is(versions[0], versions[2]);
  assert.is.not(versions[0], versions[1]);
  const config = readFileSync(join(cluster.state.nodes[1]!.folder, 'containerd.toml'), 'utf8');
  assert.ok(config.includes(`BinaryName = "${cluster.state.nodes[1]!.runc}"`));
});

test('gives a node a seccomp root so small that it is full at once, and takes it away again', async () => {
  const node = cluster.node('node-3');
  const inside = await node.mountSeccompTmpfs(64 * 1024);
  try {
    writeFileSync(join(inside, 'no-mkdir.json'), JSON.stringify(NO_MKDIR));
    assert.throws(() => writeFileSync(join(inside, 'large'), Buffer.alloc(128 * 1024)), /ENOSPC/);
    // The runtime sees it too: the pod starts with a profile that is nowhere else.
    const command = ['grep', 'Seccomp:', '/proc/self/status'];
    await createPod('tmpfs', 'node-3', { image: BUSYBOX_IMAGE, command }, 'no-mkdir.json');
    await phaseOf('tmpfs', 'Succeeded');
    assert.is(await logOf('tmpfs'), 'Seccomp:\t2\n');
  } finally {
    await node.unmountSeccomp();
  }
  assert.not.ok(existsSync(join(inside, 'no-mkdir.json')));
});

test('stops and starts a kubelet', async () => {
  const node = cluster.node('node-3');
  await node.stopKubelet();
  assert.not.ok(node.isKubeletRunning());
  await poll('node-3 being NotReady', async () => !(await readyNodes(cluster.state)).includes('node-3'), {
    timeoutMs: 60_000,
    everyMs: 200,
  });
  await node.startKubelet();
  assert.ok((await readyNodes(cluster.state)).includes('node-3'));
});

test('starts a killed runtime, and containers live on', async () => {
  await cluster.node('node-2').restartRuntime();
  await poll('a shell in the container', async () => {
    return (await cluster.kubectl(['-n', NAMESPACE, 'exec', 'server', '--', 'true'])).code === 0;
  });
});

test('counts the requests of a program by its user agent, each once', async () => {
  const mark = await cluster.auditMark();
  const before = await cluster.countRequests('kubectl/');
  await cluster.mustKubectl(['get', '--raw', '/api/v1/namespaces/default/pods/nobody']).catch(() => {});
  const requests = await cluster.requests('kubectl/', mark);
  assert.is(requests.length, 1);
  assert.equal(
    { ...requests[0], auditId: '', at: '', userAgent: '' },
    {
      auditId: '',
      verb: 'get',
      uri: '/api/v1/namespaces/default/pods/nobody',
      resource: 'pods',
      namespace: 'default',
      name: 'nobody',
      user: 'kubernetes-admin',
      userAgent: '',
      code: 404,
      at: '',
    },
  );
  assert.is(await cluster.countRequests('kubectl/'), before + 1);
});

test('freezes the controller manager, and thaws it', async () => {
  const job = ['-n', NAMESPACE, 'create', 'job', 'frozen', `--image=${BUSYBOX_IMAGE}`, '--', 'true'];
  const isDone = async () => {
    const { status } = await cluster.getJson<{ status: { succeeded?: number } }>([
      '-n',
      NAMESPACE,
      'job',
      'frozen',
    ]);
    return status.succeeded === 1;
  };
  cluster.freezeControllerManager();
  try {
    await cluster.mustKubectl(job);
    assert.not.ok(await isDone());
  } finally {
    cluster.thawControllerManager();
  }
  await poll('the job', isDone);
});

test('restarts the API server', async () => {
  await cluster.restartApiServer();
  assert.is((await cluster.kubectl(['get', 'nodes'])).code, 0);
});

test('is clean again after a reset', async () => {
  const node = cluster.node('node-3');
  await node.mountSeccompTmpfs(64 * 1024);
  await node.stopKubelet();
  writeFileSync(join(cluster.node('node-1').seccompRoot, 'left.json'), '{}');
  await cluster.mustKubectl(['cordon', 'node-1']);
  await cluster.mustKubectl([
    'label',
    'node',
    'node-1',
    'kubectl-seccomp.node-restriction.kubernetes.io/web=1',
  ]);
  await cluster.mustKubectl(['taint', 'node', 'node-1', 'test=left:NoSchedule']);
  await cluster.mustKubectl(['create', 'namespace', 'left-behind']);
  await cluster.mustKubectl(['create', 'configmap', 'left-behind']);
  await cluster.reset();
  const names = async (kind: string) =>
    (await cluster.mustKubectl(['get', kind, '-o', 'name'])).trim().split('\n');
  assert.equal(await names('configmaps'), ['configmap/kube-root-ca.crt']);
  assert.not.ok((await names('namespaces')).includes('namespace/left-behind'));
  assert.not.match(
    await cluster.mustKubectl(['get', 'node', 'node-1', '-o', 'json']),
    /kubectl-seccomp|unschedulable|left/,
  );
  for (const { seccompRoot } of cluster.nodes) assert.equal(readdirSync(seccompRoot), []);
  assert.ok(node.isKubeletRunning());
  await cluster.mustKubectl(['create', 'namespace', NAMESPACE]);
});

test.run();
