// The way back over binds: exactly what stood before, and over nobody else's changes.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import { patchBetween, templateOf, withTemplate } from '../../../src/workload/bind-patch.ts';
import { applyChanges, type ProfilePlace, readPlace } from '../../../src/workload/bind-place.ts';
import { containerPlaces, planBind, type Wish } from '../../../src/workload/bind-plan.ts';
import { planUndo, rememberChanges, UNDO_ANNOTATION } from '../../../src/workload/bind-undo.ts';
import type { ControllerObject, PodTemplate } from '../../../src/workload/objects.ts';
import { mergePatch } from '../../support/fake-controllers.ts';

const test = suite('src/workload/bind-undo');

const PREFIX = 'example.node-restriction.kubernetes.io/';
const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const containerAnnotation = (name: string) => `container.seccomp.security.alpha.kubernetes.io/${name}`;
const NO_LABELS = { prefix: PREFIX, required: [] };

const local = (localhostProfile: string) => ({ type: 'Localhost', localhostProfile });
const wish = (path: string, place: ProfilePlace = { at: 'pod' }): Wish => ({ place, profile: local(path) });
const inMain: ProfilePlace = { at: 'container', list: 'containers', name: 'main' };
const bind = (template: PodTemplate, wishes: readonly Wish[]): PodTemplate =>
  applyChanges(template, planBind(template, wishes, NO_LABELS));

const field = fc.constantFrom(
  local('web/a.json'),
  local('web@0123456789abcdef/a.json'),
  local('operator/a/b/c.json'),
  { type: 'RuntimeDefault' },
  { type: 'Unconfined' },
);
const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Leaves out what is undefined, as JSON does. */
const compact = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const context = option(fc.record({ seccompProfile: option(field), privileged: option(fc.boolean()) }));
const containers = (names: readonly string[]) =>
  fc
    .subarray([...names])
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((name) =>
          fc.record({ name: fc.constant(name), image: fc.constant('x'), securityContext: context }),
        ),
      ),
    );
const label = fc.constantFrom(`${PREFIX}web`, `${PREFIX}web.0123456789abcdef`, 'disk');
const terms = fc.array(
  fc.record({
    matchExpressions: option(
      fc.array(fc.record({ key: label, operator: fc.constantFrom('Exists', 'In') }), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
    matchFields: option(fc.constant([{ key: 'metadata.name', operator: 'In', values: ['n'] }])),
  }),
  { minLength: 1, maxLength: 2 },
);
const affinity = fc.oneof(
  fc.constant({}),
  terms.map((nodeSelectorTerms) => ({
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
    podAffinity: {},
  })),
);
const annotations = fc.dictionary(
  fc.constantFrom(POD_ANNOTATION, containerAnnotation('main'), containerAnnotation('side'), 'other'),
  fc.constantFrom('unconfined', 'localhost/operator/a/b/c.json'),
);
const templates = fc
  .record({
    metadata: option(fc.record({ labels: fc.constant({ a: 'b' }), annotations: option(annotations) })),
    spec: fc.record({
      securityContext: context,
      initContainers: option(containers(['setup'])),
      containers: containers(['main', 'side']),
      affinity: option(affinity),
    }),
  })
  .map((template) => compact(template) as PodTemplate);
/** What is bound: anything that the template has, in some order. */
const binds = (template: PodTemplate) =>
  fc.array(
    fc.record({
      place: fc.constantFrom<ProfilePlace>({ at: 'pod' }, ...containerPlaces(template)),
      profile: field,
      required: fc.subarray(['web', 'db.0123456789abcdef']),
    }),
    { minLength: 1, maxLength: 3 },
  );

test('as many undos as binds give back the very object, by its patches too; after each bind the place says what was wanted', () => {
  fc.assert(
    fc.property(
      templates.chain((template) => fc.tuple(fc.constant(template), binds(template), fc.boolean())),
      ([template, wanted, isCronJob]) => {
        const original = compact({
          metadata: { name: 'x', annotations: { mine: 'yes' } },
          spec: isCronJob ? { jobTemplate: { spec: { template } } } : { replicas: 1, template },
        }) as ControllerObject;
        const states: ControllerObject[] = [original];
        for (const { place, profile, required } of wanted) {
          const object = states.at(-1)!;
          const changes = planBind(templateOf(object), [{ place, profile }], { prefix: PREFIX, required });
          if (changes.length === 0) continue;
          const after = annotate(
            withTemplate(object, applyChanges(templateOf(object), changes)),
            rememberChanges(object, changes),
          );
          assert.equal(readPlace(templateOf(after), place), profile);
          states.push(send(object, after));
        }
        for (let object = states.at(-1)!; states.length > 1; ) {
          states.pop();
          const { template: back, annotation } = planUndo(object, templateOf(object), false);
          object = send(object, annotate(withTemplate(object, back), annotation));
          assert.equal(pruned(object), pruned(states.at(-1)!));
        }
      },
    ),
    { numRuns: 300 },
  );
});

const annotate = (object: ControllerObject, value: string | undefined): ControllerObject => {
  const { [UNDO_ANNOTATION]: _, ...others } = object.metadata?.annotations ?? {};
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...others, ...(value !== undefined && { [UNDO_ANNOTATION]: value }) },
    },
  };
};

/** What the API server makes of the patch must be what was planned. */
const send = (before: ControllerObject, after: ControllerObject): ControllerObject => {
  const patch = patchBetween(before, after) ?? {};
  const merged = mergePatch(before as Record<string, unknown>, patch as Record<string, unknown>);
  assert.equal(pruned(merged), pruned(after));
  return merged as ControllerObject;
};

/** The API server leaves out annotations without any member. */
const pruned = (object: object): object =>
  JSON.parse(JSON.stringify(object), (key, value) =>
    key === 'annotations' && Object.keys(value).length === 0 ? undefined : value,
  );

test('somebody else’s change stops the undo, names its place, and is only overrun by force', () => {
  const template: PodTemplate = { spec: { containers: [{ name: 'main' }] } };
  const changes = planBind(template, [wish('web/a.json')], NO_LABELS);
  const object = annotate(
    { spec: { template: bind(template, [wish('web/b.json')]) } },
    rememberChanges({}, changes),
  );
  assert.throws(
    () => planUndo(object, templateOf(object), false),
    (thrown: SeccompError) =>
      thrown.code === 'conflict' && thrown.message.endsWith(': spec.securityContext.seccompProfile'),
  );
  assert.equal(planUndo(object, templateOf(object), true).template, template);
});

test('a container that is gone is no place to put anything back', () => {
  const template: PodTemplate = { spec: { containers: [{ name: 'main' }, { name: 'other' }] } };
  const changes = planBind(template, [wish('web/a.json', inMain)], NO_LABELS);
  const left: PodTemplate = { spec: { containers: [{ name: 'other' }] } };
  const object = annotate({ spec: { template: left } }, rememberChanges({}, changes));
  assert.throws(() => planUndo(object, left, false), /somebody has changed/);
  assert.equal(planUndo(object, left, true), { changes: [], template: left, annotation: undefined });
});

test('ten binds are remembered, the newest', () => {
  let object: ControllerObject = {};
  for (let step = 0; step < 12; step += 1)
    object = annotate(
      object,
      rememberChanges(object, [{ place: { at: 'pod' }, before: step, after: step + 1 }]),
    );
  const { steps } = JSON.parse(object.metadata?.annotations?.[UNDO_ANNOTATION] ?? '');
  assert.is(steps.length, 10);
  assert.is(steps[0][0].before, 2);
});

for (const text of [
  '',
  '{}',
  '{"version":2,"steps":[]}',
  '{"version":1,"steps":[[{"place":{"at":"annotation","key":"x"}}]]}',
])
  test(`an annotation that bind did not write is refused: ${text}`, () => {
    const object = annotate({}, text);
    assert.throws(
      () => planUndo(object, {}, true),
      (thrown: unknown) => thrown instanceof SeccompError && /is not what bind writes/.test(thrown.message),
    );
  });

test('without any bind there is nothing to undo', () => {
  assert.throws(() => planUndo({}, {}, false), /nothing to undo/);
});

test.run();
