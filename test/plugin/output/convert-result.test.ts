// The objects that `convert` writes as YAML, each of the form that its reader documents.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseAllDocuments } from 'yaml';
import { runCli } from '../../../plugin/cli.ts';
import { convertedText, convertRefusal, runConvertOn, WEB } from '../../support/convert-samples.ts';
import { fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/output/convert-result');

test('spo is a SeccompProfile that is read back, and says what it has no field for', async () => {
  const outside = await runConvertOn('docker.json', 'My Profile!.json', '--to', 'spo', '--arch', 'amd64');
  const [docker, mine] = parseAllDocuments(outside.stdoutText()).map((one) => one.toJS());
  assert.is(docker.apiVersion, 'security-profiles-operator.x-k8s.io/v1beta1');
  assert.is(docker.kind, 'SeccompProfile');
  assert.is(docker.metadata.name, 'docker');
  assert.is(mine.metadata.name, 'my-profile');
  assert.equal(mine.spec, { defaultAction: 'SCMP_ACT_LOG' });
  assert.match(
    outside.stderrText(),
    'docker.json:2:20: lost: defaultErrnoRet 38: what the default refuses fails with errno 1 (EPERM)',
  );
  assert.match(outside.stderrText(), 'pods name it as localhostProfile: operator/my-profile.json');
});

test('a SeccompProfile cannot hold every value, and that is an error with its place', async () => {
  assert.match(
    (await convertRefusal('large.json', '--to', 'spo')).message,
    'large.json:2:1: a SeccompProfile cannot hold the value 18446744073709551615',
  );
});

test("configmap is the 2020 operator's, and back again", async () => {
  const outside = await runConvertOn(
    'web.json',
    'My Profile!.json',
    '--to',
    'configmap',
    '--name',
    'all',
    '-n',
    'dev',
  );
  const object = parse(outside.stdoutText());
  assert.equal(object.metadata, {
    name: 'all',
    namespace: 'dev',
    annotations: { 'seccomp.security.kubernetes.io/profile': 'true' },
  });
  assert.equal(Object.keys(object.data), ['web.json', 'My-Profile.json']);
  assert.equal(JSON.parse(object.data['web.json']), WEB);
  assert.match(outside.stderrText(), 'localhostProfile: operator/dev/all/web.json');
  const talos = parse(await convertedText('map.yaml', '--to', 'talos'));
  assert.equal(talos, {
    machine: {
      seccompProfiles: [
        { name: 'block.json', value: { defaultAction: 'SCMP_ACT_ERRNO' } },
        { name: 'log.json', value: { defaultAction: 'SCMP_ACT_LOG' } },
      ],
    },
  });
});

test('machineconfig has the files, and above it the policy that keeps nodes from rebooting', async () => {
  const text = await convertedText('web.json', '--to', 'machineconfig', '--role', 'infra');
  const object = parse(text);
  assert.is(object.apiVersion, 'machineconfiguration.openshift.io/v1');
  assert.equal(object.metadata, {
    name: '99-infra-seccomp-web',
    labels: { 'machineconfiguration.openshift.io/role': 'infra' },
  });
  assert.is(object.spec.config.ignition.version, '3.2.0');
  const [file] = object.spec.config.storage.files;
  assert.is(file.path, '/var/lib/kubelet/seccomp/web.json');
  assert.is(file.mode, 0o644);
  const [, base64] = /^data:application\/json;base64,(.*)$/.exec(file.contents.source) ?? [];
  assert.equal(JSON.parse(Buffer.from(base64 ?? '', 'base64').toString()), WEB);
  const comments = text.split('\n').filter((line) => line.startsWith('# '));
  const policy = parse(
    comments
      .slice(2)
      .map((line) => line.slice(4))
      .join('\n'),
  );
  assert.equal(policy, {
    apiVersion: 'operator.openshift.io/v1',
    kind: 'MachineConfiguration',
    metadata: { name: 'cluster' },
    spec: { nodeDisruptionPolicy: { files: [{ path: file.path, actions: [{ type: 'None' }] }] } },
  });
});

test('characters that could hide something are escaped, and read back as they were', async () => {
  const hidden = JSON.stringify({
    defaultAction: 'SCMP_ACT_LOG',
    listenerMetadata: 'a\u202eb',
    listenerPath: '/run/a',
  });
  const outside = fakeOutside({ files: { 'a.json': hidden } });
  await runCli(['convert', 'a.json', '--to', 'talos'], outside);
  assert.not.match(outside.stdoutText(), /\u202e/);
  assert.is(parse(outside.stdoutText()).machine.seccompProfiles[0].value.listenerMetadata, 'a\u202eb');
});

test.run();
