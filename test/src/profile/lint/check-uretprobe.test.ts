// The call that no filter sees.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkUretprobe } from '../../../../src/profile/lint/check-uretprobe.ts';
import { allowList, denyList, refuse, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-uretprobe');

test('a rule that refuses uretprobe is told, where the call exists', () => {
  const profile = denyList(refuse(['uretprobe']));
  assert.equal(
    tellOf(checkUretprobe, profile).map(({ code, path }) => `${code} ${path}`),
    ['SP511 $.syscalls[0]'],
  );
  assert.equal(tellOf(checkUretprobe, profile, { architecture: 'arm64' }), []);
});

test('a default that refuses it, among all else, is not', () => {
  assert.equal(tellOf(checkUretprobe, allowList()), []);
});

test.run();
