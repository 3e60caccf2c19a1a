// How the built-in profiles are stored: which version has what, and which version a wanted one is answered by.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encode } from '../../../plugin/release/builtin-encoding.ts';
import {
  type BuiltinProfile,
  type BuiltinRule,
  decode,
  versionFor,
} from '../../../src/profile/builtin-data.ts';

const test = suite('src/profile/builtin-data');

const head = { defaultAction: 'SCMP_ACT_ERRNO' };
const allow = (...names: string[]): BuiltinRule => ({ names, action: 'SCMP_ACT_ALLOW' });
const refuse = (...names: string[]): BuiltinRule => ({ names, action: 'SCMP_ACT_ERRNO', errnoRet: 13 });
const admin = (...names: string[]): BuiltinRule => ({
  ...allow(...names),
  includes: { caps: ['CAP_SYS_ADMIN'] },
});
const amd64 = { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] };
const riscv64 = { architecture: 'SCMP_ARCH_RISCV64', subArchitectures: [] };

const profiles = new Map<string, BuiltinProfile>([
  ['1.0.0', { head, archMap: [amd64], rules: [allow('close', 'read'), admin('mount')] }],
  [
    '1.0.3',
    { head, archMap: [amd64], rules: [allow('close', 'read', 'write'), refuse('clone3'), admin('mount')] },
  ],
  ['1.1.0', { head, archMap: [amd64], rules: [allow('close', 'read'), admin('mount')] }],
  [
    '2.0.0',
    { head, archMap: [amd64, riscv64], rules: [allow('read'), admin('bpf', 'mount'), allow('write')] },
  ],
]);

test('every profile is read as it was written, and equal ones stand once', () => {
  const data = encode(profiles);
  assert.equal(data.versions, { '1.0.0': 0, '1.0.3': 1, '1.1.0': 0, '2.0.0': 2 });
  for (const [version, profile] of profiles)
    assert.equal(decode(data, data.versions[version]!), profile, version);
});

test('rules whose order differs between profiles cannot be put into one list', () => {
  const swapped = new Map([
    ['1.0.0', { head, archMap: [], rules: [allow('read'), refuse('write')] }],
    ['1.1.0', { head, archMap: [], rules: [refuse('write'), allow('read')] }],
  ]);
  assert.throws(() => encode(swapped), /not read as it was written/);
});

test('a version is answered by the newest profile that is not younger', () => {
  const data = { versions: { '1.6.0': 0, '1.6.9': 1, '1.6.16': 2, '1.7.0': 3, '2.0.0': 4 } };
  const answers = {
    '1.6.8': '1.6.0',
    '1.6.9': '1.6.9',
    '1.6.10': '1.6.9',
    '1.6.99': '1.6.16',
    '1.6': '1.6.16',
    '1.7.20': '1.7.0',
    '1.10.0': '1.7.0',
    '3.1': '2.0.0',
    '1.5.9': undefined,
    '1.5': undefined,
  };
  for (const [wanted, found] of Object.entries(answers)) assert.is(versionFor(data, wanted), found, wanted);
  assert.is(versionFor(data, undefined), '2.0.0');
});

test.run();
