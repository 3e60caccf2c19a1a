import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { chooseRollback } from '../../../src/rollout/rollback.ts';
import { DIGEST, OTHER_DIGEST, sampleDigest, sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/rollback');

const chunks = [{ name: 'bundle-web-0', sha256: sampleDigest('chunk') }];
const install = (revision: number, digest: string, changes: Partial<Release> = {}): Release =>
  sampleRelease([], { revision, digest, chunks, ...changes });
const removal = (revision: number): Release => sampleRelease([], { revision, operation: 'remove' });

const refusal = (work: () => unknown): SeccompError => {
  try {
    work();
  } catch (thrown) {
    assert.instance(thrown, SeccompError);
    return thrown as SeccompError;
  }
  return assert.unreachable() as never;
};

test('the newest success with another content than now is brought back', () => {
  const releases = [install(1, DIGEST), install(2, OTHER_DIGEST), install(3, OTHER_DIGEST)];
  assert.is(chooseRollback('web', releases).revision, 1);
});

test('a rollback that is rolled back goes forward again', () => {
  const releases = [install(1, DIGEST), install(2, OTHER_DIGEST), install(3, DIGEST, { rolledBackTo: 1 })];
  assert.is(chooseRollback('web', releases).revision, 2);
});

test('what failed or was interrupted is passed over, and is itself rolled back', () => {
  const releases = [
    install(1, DIGEST),
    install(2, sampleDigest('two'), { outcome: 'failed' }),
    install(3, OTHER_DIGEST, { outcome: 'interrupted' }),
  ];
  assert.is(chooseRollback('web', releases).revision, 1);
});

test('after a removal the last content comes back', () => {
  assert.is(chooseRollback('web', [install(1, DIGEST), install(2, OTHER_DIGEST), removal(3)]).revision, 2);
});

test('a revision that is named is brought back however it ended', () => {
  const releases = [install(1, DIGEST, { outcome: 'failed' }), install(2, OTHER_DIGEST)];
  assert.is(chooseRollback('web', releases, { to: 1 }).revision, 1);
});

test('with nothing to go back to, the error names what there is', () => {
  const { message, hint } = refusal(() => chooseRollback('web', [install(1, DIGEST), install(2, DIGEST)]));
  assert.match(message, 'bundle "web" has nothing to go back to');
  assert.match(hint ?? '', 'v1 (succeeded), v2 (succeeded)');
  assert.match(refusal(() => chooseRollback('web', [])).message, 'has no history');
});

test('a content that only some of the nodes had is not brought back to all of them', () => {
  const canary = { selector: 'role=canary' };
  const releases = [
    install(1, sampleDigest('one')),
    install(2, DIGEST, canary),
    install(3, OTHER_DIGEST, { outcome: 'failed' }),
  ];
  const { message, hint } = refusal(() => chooseRollback('web', releases));
  assert.match(message, 'web@v2 was for nodes that match "role=canary" alone');
  assert.match(hint ?? '', '--to');
  assert.is(chooseRollback('web', releases, { to: 1 }).revision, 1);
  assert.is(chooseRollback('web', releases, { selection: canary }).revision, 2);
  assert.is(chooseRollback('web', releases, { selection: { ...canary, names: ['a'] } }).revision, 2);
});

test('a content that more nodes had than are rolled back is brought back', () => {
  const two = install(1, DIGEST, { nodeNames: ['a', 'b'] });
  const wish = (...names: string[]) => ({ selection: { selector: '', names } });
  const releases = [two, install(2, OTHER_DIGEST)];
  assert.is(chooseRollback('web', releases, wish('a')).revision, 1);
  assert.match(refusal(() => chooseRollback('web', releases, wish('a', 'c'))).message, 'node a, b alone');
  assert.match(refusal(() => chooseRollback('web', releases)).message, 'node a, b alone');
});

test('a revision that is unknown or was a removal is refused', () => {
  const releases = [install(1, DIGEST), removal(2)];
  assert.match(refusal(() => chooseRollback('web', releases, { to: 7 })).message, 'web@v7 is not recorded');
  assert.match(
    refusal(() => chooseRollback('web', releases, { to: 2 })).message,
    'web@v2 removed the bundle',
  );
});

test.run();
