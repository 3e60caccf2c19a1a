// `bind -f`: a manifest is changed, and nothing else of its file.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { failure, NGINX, run, scene } from '../../support/bind-scene.ts';
import { DIGEST } from '../../support/rollout-samples.ts';

const test = suite('plugin/commands/bind-file');

const FILE = `# The front.
kind: Service
metadata: {name: front}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: front # DNS
spec:
  template:
    spec:
      containers:
        - name: main   # the one

          image: nginx
`;
const EDITED = `${FILE}      securityContext:
        seccompProfile:
          type: Localhost
          localhostProfile: web/nginx.json
`;

test('-f changes the file and nothing else of it, without a cluster', async () => {
  const one = scene({ files: { 'a.yaml': FILE } });
  const outside = await run(one, '-f', 'a.yaml', NGINX);
  assert.is(new TextDecoder().decode(outside.written.get('a.yaml')), EDITED);
  assert.is(outside.stdoutText(), 'deployment.apps/front bound\n');
  assert.equal(outside.connections, []);
  const again = await run(scene({ files: { 'a.yaml': EDITED } }), '-f', 'a.yaml', NGINX);
  assert.is(again.written.size, 0);
  assert.is(again.stdoutText(), 'deployment.apps/front unchanged\n');
});

test('-f - prints the edited text; a dry run and a patch leave the file', async () => {
  assert.is((await run(scene({ stdin: FILE }), '-f', '-', NGINX)).stdoutText(), EDITED);
  for (const args of [['--dry-run=client'], ['-o', 'patch']]) {
    const outside = await run(scene({ files: { 'a.yaml': FILE } }), '-f', 'a.yaml', NGINX, ...args);
    assert.is(outside.written.size, 0);
    assert.match(outside.stdoutText(), 'localhostProfile: web/nginx.json\n');
  }
});

test('-f --pin asks the cluster what the nodes have', async () => {
  const outside = await run(scene({ files: { 'a.yaml': FILE } }), '-f', 'a.yaml', NGINX, '--pin');
  assert.match(
    new TextDecoder().decode(outside.written.get('a.yaml')),
    `web@${DIGEST.slice(0, 16)}/nginx.json`,
  );
});

test('of several workloads in a file one must be named; a List’s items and a Pod count', async () => {
  const list =
    'kind: List\nitems:\n- kind: Pod\n  metadata: {name: a}\n  spec: {containers: [{name: x}]}\n- kind: CronJob\n  metadata: {name: b}\n';
  const thrown = await failure(scene({ files: { 'a.yaml': list } }), '-f', 'a.yaml', NGINX);
  assert.match(thrown.message, '"a.yaml" holds several workloads: pod/a, cronjob.batch/b');
  const outside = await run(scene({ files: { 'a.yaml': list } }), '-f', 'a.yaml', 'pod/a', NGINX);
  assert.match(
    new TextDecoder().decode(outside.written.get('a.yaml')),
    'spec: {containers: [{name: x}], securityContext: {seccompProfile: {type: Localhost, localhostProfile: web/nginx.json}}}\n',
  );
  assert.match(
    (await failure(scene({ files: { 'a.yaml': list } }), '-f', 'a.yaml', 'ds/c', NGINX)).message,
    'does not hold daemonset.apps/c',
  );
  assert.match(
    (await failure(scene({ files: { 'a.yaml': 'kind: X\n' } }), '-f', 'a.yaml', NGINX)).message,
    'holds no workload',
  );
});

test('-o yaml of a file is a document too', async () => {
  const outside = await run(scene({ files: { 'a.yaml': FILE } }), '-f', 'a.yaml', NGINX, '-o', 'yaml');
  const document = parse(outside.stdoutText()) as { file: string; workloads: { action: string }[] };
  assert.is(document.file, 'a.yaml');
  assert.is(document.workloads[0]?.action, 'bound');
});

test.run();
