// A whole file in, builds or problems out: formats are told by content, and what is no profile is named.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { MAX_PROBLEMS } from '../../../src/profile/report.ts';
import { prepareText, prepareValue, problemsOf } from './prepare-sample.ts';

const test = suite('src/profile/prepare');

const ALLOW = { defaultAction: 'SCMP_ACT_ALLOW' };

test('a plain OCI file ships byte for byte, whatever its layout and name', () => {
  const content = new TextEncoder().encode(
    '\n\t{ "syscalls" : [ ],"_x":"ä",\r\n"defaultAction":"SCMP_ACT_ALLOW"}\n\n',
  );
  const prepared = prepareFile(content, './p.yaml', 'deep/p.yaml', defaultCompileOptions);
  assert.equal(prepared.problems, []);
  const shipped = prepared.profiles.map(({ source: _, ...rest }) => rest);
  assert.equal(shipped, [{ path: 'deep/p.yaml', format: 'oci', builds: [{ content }], notes: [] }]);
});

for (const [field, value] of [
  ['archMap', { ...ALLOW, archMap: [] }],
  ['defaultErrno', { ...ALLOW, defaultErrno: '' }],
  ...[
    ['name', 'mkdir'],
    ['comment', ''],
    ['includes', {}],
    ['excludes', null],
    ['errno', ''],
  ].map(([name, one]) => [
    name,
    {
      ...ALLOW,
      syscalls: [{ names: name === 'name' ? [] : ['a'], action: 'SCMP_ACT_LOG', [name as string]: one }],
    },
  ]),
] as const) {
  test(`"${field}" makes a file Docker's, so that it is compiled`, () => {
    const prepared = prepareValue(value);
    assert.equal(problemsOf(prepared, 'error'), []);
    assert.is(prepared.profiles[0]?.format, 'docker');
    assert.not(new TextDecoder().decode(prepared.profiles[0]!.builds[0]!.content).includes(`"${field}"`));
  });
}

for (const [what, text, message] of [
  [
    'a whole config.json',
    '{"ociVersion":"1.0.2","linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW"}}}',
    "a container's whole OCI config.json",
  ],
  [
    "Firecracker's format",
    '{"vmm":{"default_action":"trap","filter_action":"allow","filter":[]}}',
    "Firecracker's seccompiler",
  ],
  [
    'a ConfigMap',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {}\n',
    'a ConfigMap, not a seccomp profile',
  ],
  [
    'a Pod',
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}',
    'a Kubernetes object of the kind "Pod"',
  ],
  ['an empty list', 'apiVersion: v1\nkind: List\nitems: []\n', 'an empty list'],
  [
    'a package.json',
    '{"name":"x","version":"1.0.0","scripts":{}}',
    'this is no seccomp profile: it has none of the fields',
  ],
  ['an array', '[{"defaultAction":"SCMP_ACT_ALLOW"}]', 'this holds a list'],
  ['a string', '"SCMP_ACT_ALLOW"', 'this holds a single string'],
  ['a profile in YAML', 'defaultAction: SCMP_ACT_ALLOW\n', 'a profile in YAML, which no runtime reads'],
  ['prose', 'Dear reader,\n\nthis: [is no profile\n', 'neither JSON nor Kubernetes YAML'],
  ['an empty file', '', 'the file is empty'],
  ['an empty object', '{}', '"defaultAction" is missing'],
] as const) {
  test(`${what} gets one clear error`, () => {
    const { problems, profiles } = prepareText(text);
    assert.equal(profiles, []);
    assert.is(problems.length, 1, JSON.stringify(problems));
    assert.ok(problems[0]!.message.includes(message), problems[0]!.message);
    assert.is(problems[0]!.line, 1);
  });
}

test('lines and columns count as editors do, for every line end', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const text = ['{', '  "defaultAction": "SCMP_ACT_ALLOW",', '  "flags": ["😀", "X"]', '}'].join(end);
    assert.equal(problemsOf(prepareText(text), 'error').length, 2);
    assert.equal(
      prepareText(text).problems.map(({ line, column }) => `${line}:${column}`),
      ['3:13', '3:19'],
    );
  }
});

test('paths of odd names stay readable', () => {
  const { problems } = prepareValue({ ...ALLOW, 'a b': 1, [`k${'x'.repeat(5000)}`]: 2 });
  assert.is(problems[0]?.path, '$["a b"]');
  assert.ok(problems[1]!.path.length < 120 && problems[1]!.message.length < 250);
});

test('beyond a thousand problems the rest is counted', () => {
  const { problems } = prepareValue({ ...ALLOW, flags: Array(5000).fill('X') });
  assert.is(problems.length, MAX_PROBLEMS + 1);
  assert.is(problems.at(-1)!.message, 'and 4000 more problems in this file');
});

test.run();
