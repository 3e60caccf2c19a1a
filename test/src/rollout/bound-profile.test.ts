// Which path a profile's name stands for, by what was rolled out.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import { fieldOf, parseProfileChoice, pinChoice, refuseUnheld } from '../../../src/rollout/bound-profile.ts';
import { sampleInstalledNode, sampleNode } from '../../support/fake-cluster.ts';
import { DIGEST, OTHER_DIGEST, sampleManifest, sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/bound-profile');

const first = sampleInstalledNode('node-1', 'web', DIGEST);
const second = sampleInstalledNode('node-2', 'web', OTHER_DIGEST);
// One path, compiled for two architectures.
const profiles = ['a', 'b'].map((digit) => ({ path: 'a.json', sha256: digit.repeat(64), sizeBytes: 1 }));
const manifest = { ...sampleManifest, profiles };
const releases = [
  sampleRelease([first], { manifest }),
  sampleRelease([second], { manifest, revision: 2, digest: OTHER_DIGEST }),
  sampleRelease([], { bundle: 'gone', revision: 1, operation: 'remove' }),
];
const short = DIGEST.slice(0, 16);

for (const [text, kind] of [
  ['web/a.json', 'linked'],
  ['web/deep/a.json', 'linked'],
  [`web@${short}/a.json`, 'pinned'],
  ['web@v12/a.json', 'revision'],
  ['RuntimeDefault', 'builtin'],
  ['Unconfined', 'builtin'],
] as const)
  test(`${text} is ${kind}`, () => {
    assert.is(parseProfileChoice(text).kind, kind);
  });

for (const text of [
  'web',
  '/web/a.json',
  'web//a.json',
  './web/a.json',
  'web/../a.json',
  'web@v0/a.json',
  'web@v1',
  'web@abc/a.json',
  'Web/a.json',
  'operator/a/b/c.json',
  '',
])
  test(`no profile of a bundle: "${text}"`, () => {
    assert.throws(
      () => parseProfileChoice(text),
      (thrown: SeccompError) => thrown.code === 'usage',
    );
  });

test('what names its content needs no record', () => {
  assert.equal(fieldOf(parseProfileChoice('web/a.json')), {
    type: 'Localhost',
    localhostProfile: 'web/a.json',
  });
  assert.equal(fieldOf(parseProfileChoice('RuntimeDefault')), { type: 'RuntimeDefault' });
  assert.is(fieldOf(parseProfileChoice('web@v1/a.json')), undefined);
});

const pin = (text: string, nodes = [first], digest?: string) =>
  pinChoice(parseProfileChoice(text), { eligible: nodes, releases, ...(digest !== undefined && { digest }) })
    .localhostProfile;

test('a pin takes the content that the nodes have, that of a revision, or the one that is named', () => {
  assert.is(pin('web/a.json'), `web@${short}/a.json`);
  assert.is(pin('web/a.json', [first, sampleNode('bare')]), `web@${short}/a.json`);
  assert.is(pin('web@v2/a.json'), `web@${OTHER_DIGEST.slice(0, 16)}/a.json`);
  assert.is(pin(`web@${short}/a.json`, []), `web@${short}/a.json`);
  assert.is(pin('web/a.json', [first, second], OTHER_DIGEST), `web@${OTHER_DIGEST.slice(0, 16)}/a.json`);
});

for (const [title, act, message] of [
  [
    'nodes with different contents',
    () => pin('web/a.json', [first, second]),
    /different contents of web: web@\w{16} \(1 node\), web@/,
  ],
  ['no node has it', () => pin('db/a.json'), /no node has a bundle "db"/],
  ['a revision that is not recorded', () => pin('web@v9/a.json'), /web@v9 is not recorded/],
  ['a revision that removed it', () => pin('gone@v1/a.json'), /gone@v1 removed the bundle/],
  ['what has no content', () => pin('RuntimeDefault'), /no content that could be pinned/],
] as const)
  test(`a pin is refused: ${title}`, () => {
    assert.throws(act, (thrown: unknown) => thrown instanceof SeccompError && message.test(thrown.message));
  });

test('a profile that no rolled-out content holds is refused, and what there is is named', () => {
  const rolled = { nodes: [first, second], releases };
  refuseUnheld('web/a.json', rolled);
  refuseUnheld(`web@${short}/a.json`, rolled);
  refuseUnheld('theirs.json', rolled);
  const refusal = (path: string): string => {
    try {
      refuseUnheld(path, rolled);
    } catch (thrown) {
      return `${(thrown as Error).message}. ${(thrown as SeccompError).hint}`;
    }
    return 'let through';
  };
  assert.is(refusal('web/b.json'), 'bundle "web" holds no profile "b.json". It holds a.json.');
  assert.match(refusal(`web@${'0'.repeat(16)}/a.json`), 'is not recorded');
  assert.match(refusal('db/a.json'), 'no node has a bundle "db". There is web, gone.');
});

test.run();
