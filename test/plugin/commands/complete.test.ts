import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { complete } from '../../../plugin/commands/complete.ts';
import { verbs } from '../../../plugin/commands/verbs.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type FakeOutsideOptions, fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/complete');

const NO_FILES = 4;

const values = async (words: readonly string[], names: FakeOutsideOptions['names'] = {}): Promise<string[]> =>
  (await complete(words, fakeOutside({ names }))).choices.map(({ value }) => value);

test('verbs by their beginning, each with its summary', async () => {
  const { choices, directive } = await complete(['ap'], fakeOutside());
  assert.equal(choices, [{ value: 'apply', describe: verbs.apply.describe }]);
  assert.is(directive, NO_FILES);
  assert.equal(await values(['']), [...Object.keys(verbs), 'help']);
  assert.equal(await values(['nonsense', '']), []);
});

test('help is followed by a verb or a topic', async () => {
  assert.equal(await values(['help', 'r']), [
    ...Object.keys(verbs).filter((name) => name.startsWith('r')),
    'rollout',
  ]);
});

test('a group is followed by its verbs, and those by their flags', async () => {
  assert.equal(await values(['bundle', '']), ['build', 'inspect', 'verify']);
  assert.ok((await values(['bundle', 'build', '--na'])).includes('--name'));
});

test('flags that are not given yet; those that repeat stay', async () => {
  assert.equal(await values(['apply', '--name', 'web', '--nam']), ['--namespace']);
  assert.equal(await values(['apply', '--nodes', 'a', '--nodes', 'b', '--nod']), ['--nodes']);
  assert.equal(await values(['apply', '--quiet', '--qui']), []);
});

test('values that are one of a few words, as a word of their own and behind =', async () => {
  assert.equal(await values(['apply', '--dry-run', '']), ['none', 'client', 'server']);
  assert.equal(await values(['apply', '--dry-run=s']), ['server']);
  assert.equal(await values(['status', '-o', 'j']), ['json']);
  assert.equal(await values(['completion', 'z']), ['zsh']);
});

test('names come from kubeconfig and the cluster that the line names', async () => {
  const outside = fakeOutside({ names: { nodes: ['node-1', 'node-2'] } });
  const line = ['apply', '--context', 'prod', '--as=admin', '--install-namespace', 'x', '--nodes', ''];
  const { choices } = await complete(line, outside);
  assert.equal(
    choices.map(({ value }) => value),
    ['node-1', 'node-2'],
  );
  const [{ context, as, installNamespace } = {}] = outside.connections;
  assert.equal([context, as, installNamespace], ['prod', 'admin', 'x']);
  assert.equal(await values(['apply', '--context', 'p'], { contexts: ['prod', 'test'] }), ['prod']);
  assert.equal(await values(['apply', '-n', ''], { namespaces: ['default'] }), ['default']);
  assert.equal(await values(['delete', 'w'], { bundles: ['web', 'batch'] }), ['web']);
});

test('in a list only the name behind the last comma is open, and none comes twice', async () => {
  const nodes = { nodes: ['node-1', 'node-2', 'other'] };
  assert.equal(await values(['apply', '--nodes', 'node-1,n'], nodes), ['node-1,node-2']);
});

test('a profile is its bundle first, then its path', async () => {
  const names = { bundles: ['web'], profiles: ['web/nginx.json', 'web/worker.json'] };
  const { choices, directive } = await complete(['usage', 'w'], fakeOutside({ names }));
  assert.equal(choices, [{ value: 'web' }]);
  assert.is(directive, 6, 'no space: a slash may follow');
  assert.equal(await values(['usage', 'web/n'], names), ['web/nginx.json']);
});

test('profiles may be built in, system calls are named, and arguments that are all given end it', async () => {
  assert.ok((await values(['eval', 'builtin:'])).includes('builtin:kubernetes/default'));
  assert.equal(await values(['eval', 'web.json', 'clone3']), ['clone3']);
  assert.equal(await values(['status', 'web', '']), []);
});

test('files and folders are left to the shell', async () => {
  const directive = async (...words: string[]): Promise<number> =>
    (await complete(words, fakeOutside())).directive;
  for (const words of [
    ['lint', ''],
    ['apply', '-f', ''],
    ['apply', '--kubeconfig', ''],
    ['apply', '--rollout-policy', ''],
    ['bundle', 'build', '--to', ''],
    ['bundle', 'inspect', ''],
  ])
    assert.is(await directive(...words), 0, words.join(' '));
  assert.is(await directive('apply', '--root', ''), 16);
  assert.is(await directive('apply', '--pause', ''), NO_FILES);
});

test('kubectl’s flags may stand before the verb, and count', async () => {
  assert.equal(await values(['--context', 'x', '--warnings-as-errors', 'stat']), ['status']);
  assert.equal(await values(['--contex']), ['--context']);
  assert.equal(await values(['--context', 'p'], { contexts: ['prod', 'test'] }), ['prod']);
  assert.equal(await values(['-n', 'x', 'bundle', 'insp']), ['inspect']);
  const outside = fakeOutside({ names: { nodes: ['node-1'] } });
  await complete(['--as-user-extra', 'a=b', '-v', '6', 'apply', '--context=x', '--nodes', ''], outside);
  const [{ asUserExtra, context } = {}] = outside.connections;
  assert.equal([asUserExtra, context], [{ a: ['b'] }, 'x']);
});

test('words that the program knows are completed, in lists too', async () => {
  assert.equal(await values(['apply', '--on-failure', '']), ['stop', 'rollback', 'continue']);
  assert.equal(await values(['apply', '--arch', 'amd64,s']), ['amd64,s390x']);
  assert.equal(await values(['lint', '--cap-add', 'CAP_SYS_PT']), ['CAP_SYS_PTRACE']);
  assert.equal(await values(['rbac', 'stat']), ['status']);
});

test('flags that are taken and ignored are not offered', async () => {
  assert.equal(await values(['apply', '--profile']), []);
});

test('a cluster that cannot be asked has no names; one that is slow has none after half a second', async () => {
  assert.equal(await values(['apply', '--nodes', '']), []);
  const outside = fakeOutside({ clock: new FakeClock({ isAutomatic: false }) });
  let aborted = false;
  const slow = {
    ...outside,
    readNames: (_kind: unknown, _options: unknown, signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise<string[]>(() => {});
    },
  };
  const asked = complete(['apply', '--nodes', ''], slow);
  await outside.clock.advance(499);
  assert.not.ok(aborted);
  await outside.clock.advance(1);
  assert.equal((await asked).choices, []);
  assert.ok(aborted, 'the request is ended too');
});

test.run();
