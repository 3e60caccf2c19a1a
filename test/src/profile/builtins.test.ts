// The profiles that come along: each a sound file, each by its version, and each what it says it is.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { auditTwin } from '../../../src/profile/audit.ts';
import {
  BUILTIN_NAMES,
  DEFAULT_VERSIONS,
  readBuiltin,
  runtimeDefaultOf,
} from '../../../src/profile/builtins.ts';
import { compile } from '../../../src/profile/compile.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import type { SourceProfile } from '../../../src/profile/oci.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { renderDocker } from '../../../src/profile/render-docker.ts';

const test = suite('src/profile/builtins');

const options = defaultCompileOptions;

/**
 * What is said of these, and rightly: they are compiled once for containers of many capabilities, and a 32-bit program
 * may reach `socket` by a way that hides its arguments.
 */
const EXPECTED_WARNING = /^rules depend on capabilities|through socketcall/;

const sourceOf = (name: string): SourceProfile => {
  const content = readBuiltin(name);
  assert.ok(content, `${name} is not there`);
  const { problems, profiles } = prepareFile(content, name, 'profile.json', options);
  assert.equal(
    problems.map(({ message }) => message).filter((message) => !EXPECTED_WARNING.test(message)),
    [],
    name,
  );
  return profiles[0]!.source;
};

const versioned = Object.entries(DEFAULT_VERSIONS).flatMap(([engine, versions]) =>
  versions.map((version) => `@${engine}-${version}`),
);

test('every built-in profile is a file without a problem, in every version', () => {
  for (const { name } of BUILTIN_NAMES) sourceOf(name);
  for (const version of versioned) {
    sourceOf(`kubernetes/default${version}`);
    sourceOf(`kubernetes/default-audit${version}`);
  }
  assert.ok(versioned.includes('@containerd-1.7') && versioned.includes('@cri-o-1.34'));
});

test('a name that is not there gives nothing, whatever it looks like', () => {
  const names = [
    ...['', 'kubernetes', 'kubernetes/', 'kubernetes/default@', 'kubernetes/default@containerd'],
    ...[
      'kubernetes/default@containerd-1.5',
      'kubernetes/default@crio-1.34',
      'kubernetes/default@docker-0.2.4',
    ],
    ...[
      'kubernetes/audit-verbose@containerd-2.1',
      'docker/default@containerd-2.1',
      '__proto__',
      'constructor',
    ],
  ];
  for (const name of names) assert.is(readBuiltin(name), undefined, name);
});

/** The calls that a profile lets through on amd64 whatever their arguments. */
const allowed = (source: SourceProfile, capabilities: readonly string[] = []): ReadonlySet<string> =>
  new Set(
    compile(source, 'amd64', { ...options, capabilities })
      .rules.filter(({ action, args }) => action === 'SCMP_ACT_ALLOW' && args.length === 0)
      .flatMap(({ names }) => names),
  );

test('the default changed with the versions: sockets of any family and io_uring were allowed once', () => {
  const early = allowed(sourceOf('kubernetes/default@containerd-1.6.0'));
  const late = allowed(sourceOf('kubernetes/default@containerd-2.4.2'));
  for (const name of ['io_uring_setup', 'socket']) assert.ok(early.has(name) && !late.has(name), name);
  assert.not.equal(
    readBuiltin('kubernetes/default@containerd-2.4.1'),
    readBuiltin('kubernetes/default@containerd-2.4.2'),
  );
});

test('the default depends on capabilities: mount needs CAP_SYS_ADMIN, with either engine', () => {
  for (const name of ['kubernetes/default', 'kubernetes/default@cri-o-1.34', 'docker/default']) {
    const source = sourceOf(name);
    assert.not(allowed(source).has('unshare'), name);
    assert.ok(allowed(source, ['CAP_SYS_ADMIN']).has('unshare'), name);
  }
});

test('default-audit is the twin of the default', () => {
  for (const version of ['', '@containerd-2.1', '@cri-o-1.34']) {
    const twin = auditTwin(sourceOf(`kubernetes/default${version}`));
    assert.equal(readBuiltin(`kubernetes/default-audit${version}`), renderDocker(twin), version);
  }
});

test('audit-verbose logs everything, also what the other calling conventions of a machine do', () => {
  const source = sourceOf('kubernetes/audit-verbose');
  assert.is(source.defaultAction, 'SCMP_ACT_LOG');
  assert.equal(source.rules, []);
  assert.equal(compile(source, 'amd64', options).architectures, [
    'SCMP_ARCH_X86_64',
    'SCMP_ARCH_X86',
    'SCMP_ARCH_X32',
  ]);
});

test('the default of a node says which version it is of; an unknown version is answered by the nearest', () => {
  const at = (version?: string) =>
    runtimeDefaultOf({ name: 'containerd', ...(version !== undefined && { version }) }).version;
  assert.is(at('1.7.27'), '1.7.13');
  assert.is(at('2.1.9'), '2.1.0');
  assert.is(at('1.5.18'), '1.6.0');
  assert.is(at(), at('99.0.0'));
  const { source, text, name } = runtimeDefaultOf({ name: 'cri-o', version: '1.34.2' });
  assert.is(name, 'kubernetes/default@cri-o-1.34.0');
  assert.equal(new TextEncoder().encode(text), readBuiltin(name));
  assert.equal(source, sourceOf(name));
});

test.run();
