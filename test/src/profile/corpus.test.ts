// 125 public files from 53 repositories: each is judged, shipped as it is or compiled as its format asks.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import type { PreparedFile } from '../../../src/profile/prepared.ts';
import { suiteThatNeeds } from '../../support/requires.ts';
import { renderedProblems } from './prepare-sample.ts';

const test = suiteThatNeeds('src/profile/corpus', ['shared']);
const corpus = join(process.env.SECCOMP_SHARED ?? '', 'corpus');

interface Entry {
  readonly file: string;
  readonly format: string;
  readonly remarks: string;
}

const entries = (): readonly Entry[] =>
  readFileSync(join(corpus, 'INDEX.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([file = '', , , , format = '', remarks = '']) => ({ file, format, remarks }));

const bytesOf = (file: string): Uint8Array => readFileSync(join(corpus, 'profiles', file));
const prepare = (file: string, options = defaultCompileOptions): PreparedFile =>
  prepareFile(bytesOf(file), file, file, options);

/** Files with a fault of their own. */
const FAULTY: Readonly<Record<string, string>> = {
  'moby__profiles__example.json': '30:25: error: wanted an errno, an integer from 0 to 4094, got 12345',
  'imjasonh__seccomp-policy__audit.yaml':
    '1:1: error: a SeccompProfile of the apiVersion "seccomp.imjasonh.dev/v1alpha1"',
  'imjasonh__seccomp-policy__violation.yaml': '8:1: error: not valid YAML',
};

test('the index and the folder agree, and every file is judged without a crash', () => {
  const files = entries().map(({ file }) => file);
  assert.equal(files.toSorted(), readdirSync(join(corpus, 'profiles')).toSorted());
  assert.is(files.length, 125);
  for (const file of files) prepare(file);
});

test('only the files known to be faulty or no profiles have errors, each with its place', () => {
  for (const { file, format } of entries()) {
    const prepared = prepare(file);
    const errors = prepared.problems.filter(({ severity }) => severity === 'error');
    if (FAULTY[file] !== undefined) {
      assert.ok(
        renderedProblems(prepared)[0]!.startsWith(`${file}:${FAULTY[file]}`),
        renderedProblems(prepared).join('\n'),
      );
    } else {
      assert.is(
        errors.length,
        format === 'other' ? 1 : 0,
        `${file}: ${renderedProblems(prepared).join('\n')}`,
      );
    }
    assert.is(prepared.profiles.length === 0, errors.length > 0, file);
  }
});

test('plain OCI files ship byte for byte', () => {
  const plain = entries().filter(({ format }) => format === 'oci');
  assert.is(plain.length, 24);
  for (const { file } of plain) {
    const [profile] = prepare(file).profiles;
    assert.is(profile?.format, 'oci', file);
    assert.is(profile?.builds.length, 1);
    assert.ok(Buffer.from(profile!.builds[0]!.content).equals(bytesOf(file)), file);
  }
});

test('Docker files compile to plain OCI without problems of its own', () => {
  for (const { file, format } of entries()) {
    if (format !== 'docker' || FAULTY[file] !== undefined) continue;
    const [profile] = prepare(file).profiles;
    assert.is(profile?.format, 'docker', file);
    for (const { content, architectures } of profile!.builds) {
      const options = {
        ...defaultCompileOptions,
        architectures: architectures ?? defaultCompileOptions.architectures,
      };
      const again = prepareFile(content, file, file, options);
      assert.is(again.profiles[0]?.format, 'oci', file);
      assert.equal(
        again.problems.filter(({ severity }) => severity === 'error'),
        [],
        file,
      );
    }
  }
});

test('SeccompProfile files give one profile for each of their objects', () => {
  const counts = entries()
    .filter(({ format, file }) => format === 'spo-crd' && FAULTY[file] === undefined)
    .map(({ file }) => {
      const objects = new TextDecoder().decode(bytesOf(file)).match(/^kind: SeccompProfile$/gm) ?? [];
      assert.is(prepare(file).profiles.length, objects.length, file);
      return objects.length;
    });
  assert.is(counts.length, 25);
});

interface OciJson {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly syscalls: readonly {
    names: string[];
    action: string;
    errnoRet?: number;
    args?: Record<string, unknown>[];
  }[];
}

/** What a profile says of each system call, spelt so that order and repetition do not matter. */
const meaningOf = (profile: OciJson): ReadonlyMap<string, string> => {
  const said = new Map<string, Set<string>>();
  for (const {
    names,
    action,
    errnoRet = action === 'SCMP_ACT_ERRNO' ? 1 : '',
    args = [],
  } of profile.syscalls) {
    const conditions = args.map(
      ({ index, op, value, valueTwo = 0 }) => `${index} ${op} ${value} ${valueTwo}`,
    );
    for (const name of names) {
      said.set(name, (said.get(name) ?? new Set()).add(`${action} ${errnoRet} ${conditions.join(' & ')}`));
    }
  }
  return new Map([...said].map(([name, outcomes]) => [name, [...outcomes].sort().join(' | ')]));
};

const buildFor = (file: string): OciJson => {
  const [profile] = prepare(file, { ...defaultCompileOptions, architectures: ['amd64'] }).profiles;
  return JSON.parse(new TextDecoder().decode(profile!.builds[0]!.content)) as OciJson;
};

test("moby's default, compiled for amd64, is containerd's own default, but for what moby added since", () => {
  const moby = buildFor('moby__profiles__default.json');
  const containerd = buildFor('containerd__containerd__2.1.9-generated-default.json');
  assert.is(moby.defaultAction, containerd.defaultAction);
  assert.is(moby.defaultErrnoRet ?? 1, containerd.defaultErrnoRet ?? 1);
  assert.equal(moby.architectures, containerd.architectures);
  const [ours, theirs] = [meaningOf(moby), meaningOf(containerd)];
  const differing = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
    (name) => ours.get(name) !== theirs.get(name),
  );
  // moby refuses AF_ALG and AF_VSOCK, containerd 2.1.9 AF_VSOCK alone; the others came to moby later.
  const added = [
    'getxattrat',
    'listmount',
    'listxattrat',
    'mseal',
    'removexattrat',
    'riscv_hwprobe',
    'setxattrat',
    'statmount',
    'uretprobe',
  ];
  assert.equal(differing.sort(), [...added, 'socket'].sort());
  for (const name of added) assert.is(theirs.get(name), undefined, name);
});

test('the same file on arm64 has its own architectures and rules', () => {
  const [profile] = prepare('moby__profiles__default.json').profiles;
  const text = new TextDecoder().decode(
    profile!.builds.find(({ architectures }) => architectures?.[0] === 'arm64')!.content,
  );
  const arm = JSON.parse(text) as OciJson;
  assert.equal(arm.architectures, ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']);
  const says = meaningOf(arm);
  assert.ok(says.has('cacheflush') && says.has('breakpoint'));
  assert.not(says.has('arch_prctl') || says.has('modify_ldt'));
});

test.run();
