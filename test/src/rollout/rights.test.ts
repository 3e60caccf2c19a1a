import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { verbs } from '../../../plugin/commands/verbs.ts';
import { nameOfResource, RIGHTS, type Right, rulesOf, uniqueRights } from '../../../src/rollout/rights.ts';

const test = suite('src/rollout/rights');

/** They ask no cluster, or only what everybody may ask for. */
const NEED_NONE = [
  ...['lint', 'eval', 'explain', 'merge', 'convert', 'bundle'],
  ...['rbac', 'completion', 'version'],
];

const sampleRight = (changes: Partial<Right> = {}): Right => ({
  group: '',
  resource: 'pods',
  verb: 'list',
  scope: 'cluster',
  ...changes,
});

test('every verb has its rights in the table, or is known to need none', () => {
  const known = [...Object.keys(RIGHTS), ...NEED_NONE];
  assert.equal(
    Object.keys(verbs).filter((verb) => !known.includes(verb)),
    [],
    'a new verb: add what it needs to RIGHTS, or its name to NEED_NONE here',
  );
  assert.equal(
    known.filter((verb) => !(verb in verbs)),
    [],
  );
});

test('nobody gets a wildcard, secrets outside the install namespace, or the right to grant rights', () => {
  const all = Object.values(RIGHTS).flat();
  for (const { verb, resource, group, scope } of all) {
    assert.not.match(`${verb} ${resource} ${group}`, /\*/);
    assert.ok(resource !== 'secrets' || scope === 'install-namespace');
    assert.not.match(group, /rbac\.authorization/);
    assert.not.match(verb, /^(impersonate|bind|escalate)$/);
  }
});

test('verbs that only read change nothing', () => {
  for (const verb of ['status', 'history', 'usage', 'diff', 'check'])
    assert.equal(
      (RIGHTS[verb] ?? []).filter(({ verb: one }) => one !== 'list' && one !== 'get'),
      [],
    );
});

test('a right that one verb cannot do without is needed by all together', () => {
  const optional = sampleRight({ without: 'something is lost' });
  assert.equal(uniqueRights([optional, sampleRight(), optional]), [sampleRight()]);
  assert.equal(uniqueRights([optional, optional]), [optional]);
});

test('resources are named as kubectl names them', () => {
  assert.is(nameOfResource({ group: '', resource: 'pods/log' }), 'pods/log');
  assert.is(nameOfResource({ group: 'batch', resource: 'jobs' }), 'jobs.batch');
  assert.is(nameOfResource({ group: 'apps', resource: 'deployments/scale' }), 'deployments.apps/scale');
});

test('rules put together resources of one group with the same verbs, and name the install namespace', () => {
  const rules = rulesOf(
    [
      sampleRight({ verb: 'watch' }),
      sampleRight(),
      sampleRight({ resource: 'events' }),
      sampleRight({ resource: 'events', verb: 'watch' }),
      sampleRight({ group: 'batch', resource: 'jobs', verb: 'create' }),
      sampleRight({ resource: 'namespaces', verb: 'get', scope: 'install-namespace-object' }),
    ],
    'tools',
  );
  assert.equal(rules, [
    { apiGroups: [''], resources: ['events', 'pods'], verbs: ['list', 'watch'] },
    { apiGroups: [''], resources: ['namespaces'], resourceNames: ['tools'], verbs: ['get'] },
    { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] },
  ]);
});

test.run();
