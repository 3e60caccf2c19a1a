// Binding a template and going back: what changes, what must not stay, and that nothing else is touched.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { requiredLabels } from '../../../src/workload/bind-affinity.ts';
import { applyChanges, type ProfilePlace } from '../../../src/workload/bind-place.ts';
import { planBind, type Wish } from '../../../src/workload/bind-plan.ts';
import { chooseMoves, choosePlace, remarksOn } from '../../../src/workload/bind-wishes.ts';
import type { PodTemplate } from '../../../src/workload/objects.ts';

const test = suite('src/workload/bind-plan');

const PREFIX = 'example.node-restriction.kubernetes.io/';
const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const containerAnnotation = (name: string) => `container.seccomp.security.alpha.kubernetes.io/${name}`;
const NO_LABELS = { prefix: PREFIX, required: [] };

const local = (localhostProfile: string) => ({ type: 'Localhost', localhostProfile });
const wish = (path: string, place: ProfilePlace = { at: 'pod' }): Wish => ({ place, profile: local(path) });
const inMain: ProfilePlace = { at: 'container', list: 'containers', name: 'main' };

const bind = (
  template: PodTemplate,
  wishes: readonly Wish[],
  required: readonly string[] = [],
): PodTemplate => applyChanges(template, planBind(template, wishes, { prefix: PREFIX, required }));

test('the pod’s field is set and nothing else; where it stands so already, nothing changes', () => {
  const template: PodTemplate = { spec: { securityContext: {}, containers: [{ name: 'main' }] } };
  const bound = bind(template, [wish('web/a.json')]);
  assert.equal(bound, {
    spec: { securityContext: { seccompProfile: local('web/a.json') }, containers: [{ name: 'main' }] },
  });
  assert.equal(planBind(bound, [wish('web/a.json')], NO_LABELS), []);
});

test('annotations that would win over the field or disagree with it go; those of a container with a field of its own stay', () => {
  const template: PodTemplate = {
    metadata: {
      annotations: {
        [POD_ANNOTATION]: 'unconfined',
        [containerAnnotation('main')]: 'runtime/default',
        [containerAnnotation('own')]: 'unconfined',
        other: 'x',
      },
    },
    spec: {
      containers: [
        { name: 'main' },
        { name: 'own', securityContext: { seccompProfile: { type: 'Unconfined' } } },
      ],
    },
  };
  assert.equal(bind(template, [wish('web/a.json')]).metadata?.annotations, {
    [containerAnnotation('own')]: 'unconfined',
    other: 'x',
  });
  const one = bind(template, [wish('web/a.json', inMain)]).metadata?.annotations ?? {};
  assert.equal(Object.keys(one), [POD_ANNOTATION, containerAnnotation('own'), 'other']);
});

test('a required label joins every alternative, once, and leaves the pod’s other affinity alone', () => {
  const term = (key: string) => ({ matchExpressions: [{ key, operator: 'Exists' }] });
  const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [] };
  const affinity = {
    podAffinity,
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [term('disk'), term(`${PREFIX}web`)],
      },
    },
  };
  const template = { spec: { affinity, containers: [{ name: 'main' }] } } as PodTemplate;
  const bound = bind(template, [wish('web/a.json')], ['web']);
  const ours = { key: `${PREFIX}web`, operator: 'Exists' };
  assert.equal((bound.spec as { affinity?: unknown }).affinity, {
    podAffinity,
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'disk', operator: 'Exists' }, ours] },
          term(`${PREFIX}web`),
        ],
      },
    },
  });
});

test('binding another content requires that one’s label instead; a label that another container needs stays', () => {
  const old = 'web@0123456789abcdef/a.json';
  const template: PodTemplate = { spec: { containers: [{ name: 'main' }, { name: 'other' }] } };
  const first = bind(template, [wish(old)], ['web.0123456789abcdef']);
  const second = bind(first, [wish('web@fedcba9876543210/a.json')], ['web.fedcba9876543210']);
  const labels = (one: PodTemplate) => requiredLabels((one.spec as { affinity?: unknown }).affinity);
  assert.equal(labels(second), [`${PREFIX}web.fedcba9876543210`]);
  assert.equal(labels(bind(second, [wish('db/a.json')])), []);
  const both = bind(first, [wish('web/b.json', inMain)], ['web']);
  assert.equal(labels(both), [`${PREFIX}web.0123456789abcdef`, `${PREFIX}web`]);
});

test('a place that would have no effect is refused, and what is passed over is told', () => {
  const own = { securityContext: { seccompProfile: local('x.json') } };
  const shadowed: PodTemplate = { spec: { containers: [{ name: 'main', ...own }] } };
  assert.throws(
    () => choosePlace(shadowed, undefined),
    /every container has a profile of its own.*main \(x\.json\)/,
  );
  assert.throws(() => choosePlace(shadowed, 'nobody'), /no container "nobody"/);
  assert.equal(choosePlace(shadowed, 'main'), inMain);
  const mixed: PodTemplate = {
    spec: {
      containers: [
        { name: 'main', ...own },
        { name: 'root', securityContext: { privileged: true } },
      ],
    },
  };
  assert.equal(remarksOn(mixed, [wish('web/a.json')]), [
    'a container keeps the profile of its own: main (x.json) (-c binds it)',
    'no profile is applied to a privileged container: root',
  ]);
});

test('every way to name the old operator’s folder is moved: fields, annotations, init containers', () => {
  const template: PodTemplate = {
    metadata: {
      annotations: {
        [POD_ANNOTATION]: 'localhost/operator/shop/cm/pod.json',
        [containerAnnotation('setup')]: 'localhost/operator/shop/cm/setup.json',
        [containerAnnotation('fine')]: 'localhost/operator/shop/cm/vain.json',
      },
    },
    spec: {
      initContainers: [{ name: 'setup' }],
      containers: [
        { name: 'main', securityContext: { seccompProfile: local('operator/shop/cm/main.json') } },
        { name: 'fine', securityContext: { seccompProfile: local('web/a.json') } },
      ],
    },
  };
  const bound = bind(template, chooseMoves(template));
  assert.equal(bound.spec, {
    securityContext: { seccompProfile: local('shop/cm/pod.json') },
    initContainers: [{ name: 'setup', securityContext: { seccompProfile: local('shop/cm/setup.json') } }],
    containers: [
      { name: 'main', securityContext: { seccompProfile: local('shop/cm/main.json') } },
      { name: 'fine', securityContext: { seccompProfile: local('web/a.json') } },
    ],
  });
  assert.equal(Object.keys(bound.metadata?.annotations ?? {}), [containerAnnotation('fine')]);
  assert.throws(() => chooseMoves(bound), /a PROFILE is wanted/);
});

test.run();
