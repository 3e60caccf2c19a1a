// Which names of images mean the same repository, tag and content.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseImage, placesOfImage } from '../../../src/workload/bind-images.ts';
import type { PodTemplate } from '../../../src/workload/objects.ts';

const test = suite('src/workload/bind-images');

const DIGEST = `sha256:${'a'.repeat(64)}`;
const runs = (image: string, wanted: string): boolean =>
  placesOfImage({ spec: { containers: [{ name: 'main', image }] } }, parseImage(wanted)).length === 1;

for (const [image, wanted, isRun] of [
  ['nginx', 'nginx', true],
  ['nginx:1.29', 'nginx', true],
  [`nginx:1.29@${DIGEST}`, 'docker.io/library/nginx', true],
  ['index.docker.io/library/nginx', 'nginx', true],
  ['docker.io/nginx', 'nginx', true],
  ['team/nginx', 'nginx', false],
  ['registry:5000/nginx:1', 'registry:5000/nginx', true],
  ['registry:5000/nginx', 'nginx', false],
  ['localhost/nginx', 'nginx', false],
  ['nginx-extra', 'nginx', false],
  ['nginx:1.29', 'nginx:1.29', true],
  ['nginx:1.29.1', 'nginx:1.29', false],
  ['nginx', 'nginx:latest', true],
  [`nginx@${DIGEST}`, 'nginx:latest', false],
  [`nginx:1.29@${DIGEST}`, 'nginx:1.29', true],
  [`nginx:1.29@${DIGEST}`, `nginx@${DIGEST}`, true],
  ['nginx:1.29', `nginx@${DIGEST}`, false],
] as const)
  test(`${wanted} ${isRun ? 'is' : 'is not'} run as ${image}`, () => {
    assert.is(runs(image, wanted), isRun);
  });

test('init containers count, and only those that run it', () => {
  const template = {
    spec: {
      initContainers: [{ name: 'setup', image: 'nginx' }],
      containers: [{ name: 'main', image: 'nginx' }, { name: 'proxy', image: 'envoy' }, { name: 'bare' }],
    },
  } as PodTemplate;
  assert.equal(placesOfImage(template, parseImage('nginx')), [
    { at: 'container', list: 'initContainers', name: 'setup' },
    { at: 'container', list: 'containers', name: 'main' },
  ]);
});

for (const text of ['', ':1', 'a b', 'nginx@sha256:12', '@x'])
  test(`no image: "${text}"`, () => {
    assert.throws(() => parseImage(text), /is not the name of an image/);
  });

test.run();
