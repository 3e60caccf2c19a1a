// Actions that not every node has, or that need somebody who is not there.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkActions } from '../../../../src/profile/lint/check-actions.ts';
import { allowList, denyList, errno, refuse, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-actions');

const log = { defaultAction: 'SCMP_ACT_LOG' };

test('LOG on a kernel before 4.14, or without it in actions_avail, keeps containers from starting', () => {
  assert.equal(spellAll(tellOf(checkActions, log, { kernel: { major: 4, minor: 13 } })), [
    'SP711 error $.defaultAction: SCMP_ACT_LOG: Linux 4.13 does not have it (4.14 does), so that no container starts',
  ]);
  assert.equal(
    spellAll(tellOf(checkActions, log, { actionsAvailable: ['SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO'] })),
    [
      "SP711 error $.defaultAction: SCMP_ACT_LOG: not among the node's actions_avail, so that no container starts",
    ],
  );
  assert.equal(tellOf(checkActions, log, { kernel: { major: 4, minor: 14 } }), []);
  assert.equal(tellOf(checkActions, log), []);
});

test('KILL, however it is spelt, is among the actions of a node that has KILL_THREAD', () => {
  const actionsAvailable = ['SCMP_ACT_KILL_THREAD', 'SCMP_ACT_ALLOW'] as const;
  const told = tellOf(checkActions, denyList({ ...refuse(['mkdir']), action: 'SCMP_ACT_KILL' }), {
    actionsAvailable,
  });
  assert.equal(
    told.map(({ code, severity }) => `${code} ${severity}`),
    ['SP712 note'],
  );
});

test('TRACE is told once, where it stands first', () => {
  const trace = { ...refuse(['mkdir']), action: 'SCMP_ACT_TRACE' };
  assert.equal(
    tellOf(checkActions, denyList(trace, { ...trace, names: ['rmdir'] })).map(
      ({ code, path }) => `${code} ${path}`,
    ),
    ['SP713 $.syscalls[0]'],
  );
});

test("crun's cache is told where the node has crun for sure and rules have an errno", () => {
  const profile = denyList(errno(2));
  assert.equal(
    tellOf(checkActions, profile, { runtime: 'crun' }).map(({ code }) => code),
    ['SP714'],
  );
  assert.equal(tellOf(checkActions, profile), []);
  assert.equal(tellOf(checkActions, allowList(), { runtime: 'crun' }), []);
});

test.run();
