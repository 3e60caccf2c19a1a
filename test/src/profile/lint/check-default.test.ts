// Profiles that refuse only what they name.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkDefault } from '../../../../src/profile/lint/check-default.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-default');

test('a deny-list is told, and one that refuses nothing', () => {
  assert.equal(spellAll(tellOf(checkDefault, denyList(refuse(['mkdir'])))), [
    'SP510 note $.defaultAction: the profile lets through what it does not name, calls that newer kernels add among it',
  ]);
  const nothing = 'everything: no rule of it refuses a call';
  assert.equal(spellAll(tellOf(checkDefault, denyList(allow(['mkdir'])))), [
    `SP510 note $.defaultAction: the profile lets through ${nothing}`,
  ]);
  assert.equal(spellAll(tellOf(checkDefault, { defaultAction: 'SCMP_ACT_LOG' })), [
    `SP510 note $.defaultAction: the profile only logs ${nothing}`,
  ]);
});

test('an allow-list is not', () => {
  assert.equal(tellOf(checkDefault, allowList()), []);
});

test.run();
