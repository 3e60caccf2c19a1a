// Files in every form that `convert` reads, and the verb run over them with a fake outside.
import * as assert from 'uvu/assert';
import { runCli } from '../../plugin/cli.ts';
import { SeccompError } from '../../src/error.ts';
import { type FakeOutside, fakeOutside } from './fake-outside.ts';

export const WEB = {
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

export const CONVERTIBLE = {
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

/** Runs `convert` on the sample files; standard input is `web.json`. */
export const runConvertOn = async (...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside({ files: CONVERTIBLE, stdin: CONVERTIBLE['web.json'] });
  await runCli(['convert', ...args], outside);
  return outside;
};
/** Returns what `convert` prints. */
export const convertedText = async (...args: string[]): Promise<string> =>
  (await runConvertOn(...args)).stdoutText();

/** Returns what `convert` throws, having printed nothing. */
export const convertRefusal = async (...args: string[]): Promise<{ message: string; stderr: string }> => {
  const outside = fakeOutside({ files: CONVERTIBLE });
  try {
    await runCli(['convert', ...args], outside);
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    assert.is(outside.stdoutText(), '');
    return { message: (thrown as SeccompError).message, stderr: outside.stderrText() };
  }
  throw new Error(`${args.join(' ')} was converted`);
};
