// The objects that `convert` writes as YAML, each of the form that its reader documents.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseAllDocuments } from 'yaml';
import { runCli } from '../../../plugin/cli.ts';
import { SeccompError } from '../../../src/error.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/output/convert-result');

const WEB = {
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [
    { names: ['read', 'write'], action: 'SCMP_ACT_ALLOW' },
    {
      names: ['personality'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 4294967295, op: 'SCMP_CMP_EQ' }],
    },
  ],
};

const files = {
  'web.json': JSON.stringify(WEB),
  'My Profile!.json': JSON.stringify({ defaultAction: 'SCMP_ACT_LOG' }),
  'docker.json': `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrno": "ENOSYS",
  "archMap": [
    { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"] },
    { "architecture": "SCMP_ARCH_S390X", "subArchitectures": ["SCMP_ARCH_S390"] }
  ],
  "syscalls": [
    { "names": ["read"], "action": "SCMP_ACT_ALLOW", "comment": "for all" },
    { "name": "mount", "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_SYS_ADMIN"] } },
    { "names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "4.8" } },
    { "names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "includes": { "arches": ["amd64"] } }
  ],
  "madeBy": "hand"
}`,
  'split.json':
    '{"defaultAction":"SCMP_ACT_ERRNO",\n"syscalls":[{"names":["fchown"],"action":"SCMP_ACT_ALLOW","excludes":{"arches":["arm64"]}}]}',
  'large.json':
    '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[\n{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]}]}',
  'names.txt': '# seen last night\nread, write\nopenat\n',
  'names.json': '["read","opne"]',
  'config.json': JSON.stringify({ ociVersion: '1.0.0', linux: { seccomp: WEB } }),
  'bare.json': JSON.stringify({ ociVersion: '1.0.0', linux: {} }),
  'map.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: many, annotations: { seccomp.security.kubernetes.io/profile: "true" } }
data:
  block.json: '{"defaultAction": "SCMP_ACT_ERRNO"}'
  log.json: |-
    {
      "defaultAction": "SCMP_ACT_LOG" }
`,
  'wrong-map.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: many, annotations: { seccomp.security.kubernetes.io/profile: "true" } }
data:
  log.json: |-
    {
      "defaultAction": "SCMP_ACT_LOGG" }
`,
};

const run = async (...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside({ files, stdin: files['web.json'] });
  await runCli(['convert', ...args], outside);
  return outside;
};
const textOf = async (...args: string[]): Promise<string> => (await run(...args)).stdoutText();

const refused = async (...args: string[]): Promise<{ message: string; stderr: string }> => {
  const outside = fakeOutside({ files });
  try {
    await runCli(['convert', ...args], outside);
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    assert.is(outside.stdoutText(), '');
    return { message: (thrown as SeccompError).message, stderr: outside.stderrText() };
  }
  throw new Error(`${args.join(' ')} was converted`);
};

test('spo is a SeccompProfile that is read back, and says what it has no field for', async () => {
  const outside = await run('docker.json', 'My Profile!.json', '--to', 'spo', '--arch', 'amd64');
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
    (await refused('large.json', '--to', 'spo')).message,
    'large.json:2:1: a SeccompProfile cannot hold the value 18446744073709551615',
  );
});

test("configmap is the 2020 operator's, and back again", async () => {
  const outside = await run(
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
  const talos = parse(await textOf('map.yaml', '--to', 'talos'));
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
  const text = await textOf('web.json', '--to', 'machineconfig', '--role', 'infra');
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
