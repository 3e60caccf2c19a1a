// `rbac`: exactly the rights of the verbs that were named, ready for kubectl apply, and what they amount to in words.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import { runCli } from '../../../plugin/cli.ts';
import { namespaceObject } from '../../../plugin/cluster/namespace.ts';
import { syncObjects } from '../../../plugin/cluster/sync-objects.ts';
import { type RbacOptions, rbacCommand } from '../../../plugin/commands/rbac.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/rbac');

interface SyncRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

const rbac = async (...args: string[]): Promise<FakeOutside> => {
  const outside = fakeOutside();
  await runCli(['rbac', ...args], outside);
  assert.is(outside.exitCode(), 0);
  assert.equal(outside.connections, []);
  return outside;
};

const refused = async (wanted: RegExp, ...args: string[]): Promise<void> => {
  try {
    await parseCommand<RbacOptions>(rbacCommand, args);
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, wanted);
  }
};

test('flags arrive', async () => {
  assert.equal(await parseCommand<RbacOptions>(rbacCommand, []), {
    verbs: [],
    flags: [],
    subjects: [],
    installNamespace: 'kubectl-seccomp',
    format: 'yaml',
  });
  const subjects = ['--user', 'a@b', '--group', 'g,h', '--serviceaccount', 'ci:deployer'];
  assert.equal(
    await parseCommand<RbacOptions>(rbacCommand, [
      ...['apply', 'status', 'apply', '--from-configmaps', '--from-spo', '--name', 'team', ...subjects],
      ...['--install-namespace', 'tools', '-ojson'],
    ]),
    {
      verbs: ['apply', 'status'],
      flags: ['from-configmaps', 'from-spo'],
      name: 'team',
      subjects: [
        { kind: 'User', name: 'a@b' },
        { kind: 'Group', name: 'g' },
        { kind: 'Group', name: 'h' },
        { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' },
      ],
      installNamespace: 'tools',
      format: 'json',
    },
  );
  const policy = ['--policy', '--image', 'a,b', '--kubelet-root', '/k', '--privilege', 'privileged'];
  assert.equal((await parseCommand<RbacOptions>(rbacCommand, policy)).policy, {
    images: ['a', 'b'],
    kubeletRoots: ['/k'],
    isPrivilegedAllowed: true,
  });
});

test('what makes no sense is refused', async () => {
  await refused(/^"aply" is not a verb$/, 'aply');
  await refused(/^"lint" needs no rights$/, 'lint');
  await refused(/^--image is for --policy$/, '--image', 'a');
  await refused(/^--user is for roles, and --policy prints none$/, '--policy', '--user', 'a');
  await refused(/^"apply": --policy is the same for every verb$/, '--policy', 'apply');
  await refused(/^--probe is for apply and check$/, 'status', '--probe');
  await refused(/^--install is for sync$/, 'check', '--probe', '--install');
  await refused(/^--install is for roles, and --policy prints none$/, '--policy', '--install');
  await refused(/^--serviceaccount: "a" is not of the form NAMESPACE:NAME$/, '--serviceaccount', 'a');
  await refused(/^--name: "A b" is not a name/, '--name', 'A b');
  await refused(/^--kubelet-root: "\/a\/\.\.\/b" is not/, '--policy', '--kubelet-root', '/a/../b');
});

test('the role of a verb that rolls out, with a binding, and the warning in both places', async () => {
  const outside = await rbac('apply', '--group', 'team-a');
  matchGolden('rbac-apply.yaml', outside.stdoutText());
  const warning = 'may create Jobs in namespace kubectl-seccomp, and so can be root on every node';
  assert.match(outside.stderrText(), warning);
  assert.match(outside.stdoutText(), `# Whoever has these ${warning}`);
});

test('a verb that only reads needs no Jobs, and makes nobody root', async () => {
  const outside = await rbac('history', '-o', 'json');
  assert.is(outside.stderrText(), '');
  const { kind, items } = JSON.parse(outside.stdoutText());
  assert.is(kind, 'List');
  assert.equal(
    items.map((one: { kind: string; metadata: { name: string } }) => `${one.kind} ${one.metadata.name}`),
    ['Namespace kubectl-seccomp', 'Role kubectl-seccomp-history'],
  );
  assert.equal(items[1].rules, [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]);
});

test('the install namespace is the one that the plugin would make, under the name that was chosen', async () => {
  const { stdoutText } = await rbac('verify', '--install-namespace', 'tools');
  const [first] = parseAllDocuments(stdoutText());
  assert.equal(first?.toJS(), namespaceObject('tools'));
  assert.match(stdoutText(), /\n {2}namespace: tools\n/);
  assert.not.match(stdoutText(), 'namespace: kubectl-seccomp');
});

test('without a verb all are meant; profiles from the cluster take more', async () => {
  const all = (await rbac('-o', 'json')).stdoutText();
  for (const resource of ['nodes', 'leases', 'secrets', 'runtimeclasses']) assert.match(all, `"${resource}"`);
  assert.not.match(all, 'seccompprofiles');
  assert.match((await rbac('apply', '--from-spo')).stdoutText(), 'seccompprofiles');
});

test('who installs a sync holds each right of its account, and may touch no role but that one', async () => {
  const { items } = JSON.parse((await rbac('sync', '--install', '-o', 'json')).stdoutText()) as {
    items: { kind: string; metadata: { namespace?: string }; rules?: SyncRule[] }[];
  };
  const held = (place: string | undefined) =>
    items.flatMap(({ metadata, rules = [] }) =>
      metadata.namespace === undefined || metadata.namespace === place ? rules : [],
    );
  const objects = syncObjects({
    ...{ namespace: 'kubectl-seccomp', image: '', programSha256: '', order: '' },
    ...{ isPruning: true, startupTaint: 'a/b' },
  });
  for (const { object } of objects)
    for (const { resources, verbs, apiGroups, resourceNames } of (object.rules as SyncRule[] | undefined) ??
      [])
      for (const verb of verbs)
        assert.ok(
          held(object.metadata?.namespace).some(
            (rule) =>
              rule.verbs.includes(verb) &&
              resources.every((resource) => rule.resources.includes(resource)) &&
              apiGroups.every((group) => rule.apiGroups.includes(group)) &&
              (!rule.resourceNames || rule.resourceNames.join() === resourceNames?.join()),
          ),
          `${verb} ${resources}`,
        );
  for (const { verbs, apiGroups, resourceNames } of items.flatMap(({ rules = [] }) => rules))
    if (apiGroups.includes('rbac.authorization.k8s.io'))
      assert.ok(verbs.join() === 'create' || resourceNames?.length === 1, verbs.join());
});

test('the policy names the program, the images and the host paths, and no more', async () => {
  const outside = await rbac('--policy', '--image', 'a,b', '--kubelet-root', '/k,/mnt/l/');
  matchGolden('rbac-policy.yaml', outside.stdoutText());
  assert.match(outside.stderrText(), 'print it again after an upgrade');
});

test('help is what the golden file shows', async () => {
  const outside = fakeOutside();
  await runCli(['rbac', '--help'], outside);
  matchGolden('help-rbac.txt', outside.stdoutText());
});

test.run();
