import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAccess } from '../../../plugin/cluster/access.ts';
import { type Api, ApiError } from '../../../plugin/cluster/api.ts';
import type { Right } from '../../../src/rollout/rights.ts';

const test = suite('plugin/cluster/access');

interface Review {
  readonly kind: string;
  readonly spec: {
    readonly namespace?: string;
    readonly resourceAttributes?: Readonly<Record<string, string>>;
  };
}

/** An API server that only answers reviews; what is asked lands in `asked`. */
const answering = (answer: (review: Review) => object, asked: Review[] = [], signal?: AbortSignal) => {
  const create = async (_path: string, body: unknown): Promise<unknown> => {
    asked.push(body as Review);
    return answer(body as Review);
  };
  return createAccess({
    api: { create } as unknown as Api,
    installNamespace: 'tools',
    signal: signal ?? new AbortController().signal,
  });
};

const right = (verb: string, resource: string, scope: Right['scope'] = 'cluster', group = ''): Right => ({
  group,
  resource,
  verb,
  scope,
});
const rules = (...resourceRules: object[]): object => ({ status: { resourceRules } });
const LIST_NODES = { verbs: ['list'], apiGroups: [''], resources: ['nodes'] };

test('who has all rights costs one request for each place, and nothing is missing', async () => {
  const asked: Review[] = [];
  const access = answering(() => rules({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }), asked);
  const wanted = [
    right('list', 'nodes'),
    right('patch', 'nodes'),
    right('create', 'jobs', 'install-namespace', 'batch'),
    right('get', 'pods/log', 'install-namespace'),
    right('create', 'events', 'default-namespace'),
    right('get', 'namespaces', 'install-namespace-object'),
  ];
  assert.equal(await access.findMissing(wanted), []);
  assert.equal(
    asked.map(({ kind, spec }) => `${kind} ${spec.namespace}`),
    ['in.no.namespace', 'tools', 'default'].map((name) => `SelfSubjectRulesReview ${name}`),
  );
});

test('what the rules do not grant is asked one by one: a webhook does not list its rules', async () => {
  const access = answering(({ kind, spec: { resourceAttributes } }) =>
    kind === 'SelfSubjectRulesReview'
      ? rules(LIST_NODES)
      : { status: { allowed: resourceAttributes?.verb === 'patch' } },
  );
  const wanted = [right('list', 'nodes'), right('patch', 'nodes'), right('delete', 'nodes')];
  assert.equal(await access.findMissing(wanted), [right('delete', 'nodes')]);
});

test('a question names group, subresource, place and the one object', async () => {
  const asked: Review[] = [];
  const access = answering(() => ({ status: { allowed: false } }), asked);
  await access.findMissing([
    right('get', 'pods/log', 'install-namespace'),
    right('delete', 'namespaces', 'install-namespace-object'),
    right('list', 'jobs', 'cluster', 'batch'),
  ]);
  assert.equal(
    asked.map(({ spec }) => spec.resourceAttributes).filter((one) => one !== undefined),
    [
      { group: '', resource: 'pods', verb: 'get', subresource: 'log', namespace: 'tools' },
      { group: '', resource: 'namespaces', verb: 'delete', namespace: 'tools', name: 'tools' },
      { group: 'batch', resource: 'jobs', verb: 'list' },
    ],
  );
});

test('a rule for one object grants that one only; another subresource grants nothing', async () => {
  const named = { verbs: ['get'], apiGroups: [''], resources: ['namespaces'], resourceNames: ['tools'] };
  const log = { verbs: ['get'], apiGroups: [''], resources: ['pods', '*/status'] };
  const access = answering(({ kind }) =>
    kind === 'SelfSubjectRulesReview' ? rules(named, log) : { status: { allowed: false } },
  );
  const general = right('get', 'namespaces');
  const logs = right('get', 'pods/log');
  const one = right('get', 'namespaces', 'install-namespace-object');
  assert.equal(await access.findMissing([one, right('get', 'pods/status'), general, logs]), [general, logs]);
});

test('where reviews are refused, nothing counts as missing', async () => {
  const access = answering(() => {
    throw new ApiError(403, 'Forbidden', 'no reviews for you');
  });
  assert.equal(await access.findMissing([right('list', 'nodes')]), []);
});

test('an interruption ends the questions', async () => {
  const interruption = new AbortController();
  const access = answering(
    () => {
      interruption.abort(new Error('Ctrl-C'));
      throw new Error('aborted');
    },
    [],
    interruption.signal,
  );
  try {
    await access.findMissing([right('list', 'nodes')]);
    assert.unreachable();
  } catch (thrown) {
    assert.is((thrown as Error).message, 'Ctrl-C');
  }
});

test.run();
