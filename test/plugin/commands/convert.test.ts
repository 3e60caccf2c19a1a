// `convert FILE... --to FORM`: what each form looks like, and that every loss is told with its place.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConvertVerbOptions, convertCommand } from '../../../plugin/commands/convert.ts';
import {
  CONVERTIBLE,
  convertedText,
  convertRefusal,
  runConvertOn,
  WEB,
} from '../../support/convert-samples.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/convert');

test('flags and arguments arrive', async () => {
  const options = await parseCommand<ConvertVerbOptions>(convertCommand, [
    ...['a.json', '-', '--to=machineconfig', '--name', '99-seccomp', '--role=infra', '--audit'],
    ...['--arch', 'arm64', '--minimum-kernel', '6.1', '--default-action', 'errno', '--action', 'LOG'],
  ]);
  assert.equal(options.files, ['a.json', '-']);
  assert.is(options.target, 'machineconfig');
  assert.is(options.name, '99-seccomp');
  assert.is(options.role, 'infra');
  assert.ok(options.isAudit);
  assert.equal(options.architectures, ['arm64']);
  assert.equal(options.minimumKernel, { major: 6, minor: 1 });
  assert.equal(options.list, { defaultAction: 'SCMP_ACT_ERRNO', action: 'SCMP_ACT_LOG' });
});

test('oci decides every condition and tells each decision and loss with its place', async () => {
  const outside = await runConvertOn('docker.json', '--to', 'oci');
  assert.equal(JSON.parse(outside.stdoutText()), {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 38,
    architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X86_64'],
    syscalls: [
      { names: ['read'], action: 'SCMP_ACT_ALLOW' },
      { names: ['ptrace'], action: 'SCMP_ACT_ALLOW' },
      { names: ['arch_prctl'], action: 'SCMP_ACT_ALLOW' },
    ],
  });
  assert.equal(outside.stderrText().trimEnd().split('\n'), [
    'docker.json:2:20: decided: the errno ENOSYS became the number 38',
    'docker.json:5:23: decided: archMap became the architectures of amd64 and arm64 nodes',
    'docker.json:6:23: lost: the archMap of SCMP_ARCH_S390X nodes, which are not among --arch amd64,arm64',
    'docker.json:9:65: lost: the comment "for all"',
    'docker.json:10:5: decided: left out by includes.caps CAP_SYS_ADMIN (--cap-add SYS_ADMIN keeps it): mount',
    'docker.json:11:5: decided: kept by includes.minKernel 4.8, which every node has: ptrace',
    'docker.json:12:5: decided: kept for amd64; arm64 has no such system call: arch_prctl',
    'docker.json:14:3: lost: the field "madeBy", which no runtime reads',
  ]);
  assert.match(await convertedText('docker.json', '--to', 'oci', '--cap-add', 'SYS_ADMIN'), '"mount"');
});

test('docker keeps every condition and comment', async () => {
  const outside = await runConvertOn('docker.json', '--to', 'docker');
  const profile = JSON.parse(outside.stdoutText());
  assert.is(profile.defaultErrnoRet, 38);
  assert.equal(profile.syscalls.slice(0, 2), [
    { names: ['read'], action: 'SCMP_ACT_ALLOW', comment: 'for all' },
    { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
  ]);
  assert.is(profile.archMap.length, 2);
  assert.match(outside.stderrText(), 'lost: the field "madeBy"');
});

test('json is the profile alone, with all that stands in it', async () => {
  const outside = await runConvertOn('docker.json', '--to', 'json');
  assert.equal(JSON.parse(outside.stdoutText()), JSON.parse(CONVERTIBLE['docker.json']));
  assert.is(outside.stderrText(), '');
  assert.equal(JSON.parse(await convertedText('config.json', '--to', 'json')), WEB);
  assert.match(await convertedText('large.json', '--to', 'json'), '"value": 18446744073709551615,');
});

test('--audit writes the complain twin', async () => {
  const profile = JSON.parse(await convertedText('web.json', '--to', 'oci', '--audit'));
  assert.is(profile.defaultAction, 'SCMP_ACT_LOG');
  assert.equal(profile.syscalls, WEB.syscalls);
});

test('a list of names needs to be told what happens to all others', async () => {
  assert.equal(JSON.parse(await convertedText('names.txt', '--to', 'oci', '--default-action', 'ERRNO')), {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['read', 'write', 'openat'], action: 'SCMP_ACT_ALLOW' }],
  });
  const deny = await runConvertOn(
    'names.json',
    '--to',
    'oci',
    '--default-action',
    'ALLOW',
    '--action',
    'SCMP_ACT_KILL',
  );
  assert.is(JSON.parse(deny.stdoutText()).syscalls[0].action, 'SCMP_ACT_KILL');
  assert.match(
    deny.stderrText(),
    'names.json:1:9: warning: no architecture has a system call "opne"; did you mean open?',
  );
  const { stderr, message } = await convertRefusal('names.txt', '--to', 'oci');
  assert.match(stderr, 'names.txt:2:1: error: a list of system calls says nothing of all others');
  assert.is(message, '"names.txt" has errors');
});

test('what differs between architectures is an error with its place', async () => {
  assert.is(
    (await convertRefusal('split.json', '--to', 'oci')).message,
    'split.json:2:13: the rule on "fchown" differs between amd64 and arm64, and a plain profile says the same on all',
  );
  assert.match(await convertedText('split.json', '--to', 'oci', '--arch', 'amd64'), 'fchown');
  assert.not.match(await convertedText('split.json', '--to', 'oci', '--arch', 'arm64'), 'fchown');
});

test('an error inside a ConfigMap has its place in the value', async () => {
  const { stderr } = await convertRefusal('wrong-map.yaml', '--to', 'spo');
  assert.match(stderr, 'wrong-map.yaml#log.json:2:20: error: unknown action "SCMP_ACT_LOGG"');
  assert.match(
    (await convertRefusal('bare.json', '--to', 'oci')).stderr,
    "bare.json:1:1: error: a container's config.json",
  );
});

test('a command line that makes no sense is named', async () => {
  const message = async (...args: string[]): Promise<string> => (await convertRefusal(...args)).message;
  assert.match(await message('web.json'), '--to: no form was given; wanted one of oci, docker, spo');
  assert.match(await message('web.json', '--to', 'xml'), '--to: "xml" is no form');
  assert.match(
    await message('web.json', 'docker.json', '--to', 'oci'),
    '--to oci writes one profile, and the files hold 2',
  );
  assert.match(await message('web.json', '--to', 'oci', '--name', 'x'), '--name means nothing with --to oci');
  assert.match(await message('web.json', '--to', 'spo', '--name', 'X y'), '"X y" is no name of an object');
  assert.match(
    await message('web.json', '--to', 'spo', '-n', 'x'),
    '--namespace means nothing with --to spo',
  );
  assert.match(await message('map.yaml', '--to', 'spo', '--name', 'x'), 'each an object of its own');
  assert.match(await message('web.json', '--to', 'oci', '--action', 'LOG'), '--action says nothing without');
  assert.match(
    await message('names.txt', '--to', 'oci', '--default-action', 'ALOW'),
    'did you mean SCMP_ACT_ALLOW',
  );
  assert.match(
    await message('names.txt', '--to', 'oci', '--default-action', 'ALLOW'),
    'what happens to the listed calls too',
  );
  assert.match(
    await message('web.json', 'web.json', '--to', 'talos'),
    'two of the profiles would both be "web.json"',
  );
});

test.run();
