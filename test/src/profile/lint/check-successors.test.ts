// Allow-lists with old names only.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkSuccessors } from '../../../../src/profile/lint/check-successors.ts';
import { allow, allowList, denyList, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-successors');

const arm64 = { architecture: 'arm64' } as const;

test('what arm64 lacks is told with what programs make there instead', () => {
  assert.equal(spellAll(tellOf(checkSuccessors, allowList(allow(['mkdir', 'open', 'read'])), {}, arm64)), [
    'SP506 note $.syscalls[0]: arm64 does not have mkdir, open; what programs make there instead is refused: mkdirat, openat',
  ]);
});

test('one of the newer calls is enough', () => {
  assert.equal(tellOf(checkSuccessors, allowList(allow(['rename', 'renameat2'])), arm64), []);
  assert.equal(tellOf(checkSuccessors, allowList(allow(['mkdir'])), {}), []);
  assert.equal(tellOf(checkSuccessors, denyList(allow(['mkdir'])), arm64), []);
});

test.run();
