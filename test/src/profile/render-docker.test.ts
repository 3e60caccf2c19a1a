// What a file says, written down again in Docker's form.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJson } from '../../../src/profile/read-json.ts';
import { readProfile } from '../../../src/profile/read-profile.ts';
import { renderDocker } from '../../../src/profile/render-docker.ts';
import { createReport } from '../../../src/profile/report.ts';

const test = suite('src/profile/render-docker');

const written = (text: string): unknown => {
  const report = createReport('test', text);
  const root = readJson(text, report);
  if (root?.kind !== 'object') throw new Error('no object');
  const rendered = new TextDecoder().decode(renderDocker(readProfile(root, 'docker', report)!));
  assert.ok(rendered.endsWith('\n'));
  return JSON.parse(rendered);
};

const everything = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 38,
  defaultErrno: 'ENOSYS',
  archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
  flags: ['SECCOMP_FILTER_FLAG_LOG'],
  listenerPath: '/run/agent.sock',
  listenerMetadata: 'x',
  syscalls: [
    { name: 'mkdir', action: 'SCMP_ACT_ERRNO', errnoRet: 13, errno: 'EACCES' },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 2114060288, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      includes: { caps: ['CAP_BPF'], arches: ['amd64'], minKernel: '4.8' },
      excludes: { caps: ['CAP_SYS_ADMIN'], arches: ['s390x'] },
    },
  ],
};

test('every field of Docker’s form comes back', () => {
  assert.equal(written(JSON.stringify(everything)), everything);
  const { archMap: _, ...rest } = everything;
  const plain = { ...rest, architectures: ['SCMP_ARCH_X86_64'] };
  assert.equal(written(JSON.stringify(plain)), plain);
});

test('what says nothing is left out', () => {
  const text = '{"defaultAction":"SCMP_ACT_LOG","architectures":[],"flags":[],"syscalls":[]}';
  assert.equal(written(text), { defaultAction: 'SCMP_ACT_LOG' });
});

test('a value beyond what JavaScript counts is written in full', () => {
  const text = `{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW",
    "args":[{"index":0,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]}]}`;
  const report = createReport('test', text);
  const root = readJson(text, report);
  if (root?.kind !== 'object') throw new Error('no object');
  const rendered = new TextDecoder().decode(renderDocker(readProfile(root, 'docker', report)!));
  assert.match(rendered, '"value": 18446744073709551615,');
});

test.run();
