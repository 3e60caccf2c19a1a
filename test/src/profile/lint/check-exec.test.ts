// What runtimes need to run another program in a container that did start.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkExec } from '../../../../src/profile/lint/check-exec.ts';
import { EXEC_NEEDS, NEEDS } from '../../../../src/profile/start/needs.ts';
import { allow, allowList, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-exec');

const everything = [
  ...new Set([...NEEDS, ...EXEC_NEEDS].flatMap(({ needed, made }) => [...needed, ...made])),
];
const without = (...names: readonly string[]) =>
  allowList(allow(everything.filter((one) => !names.includes(one))));

test('a profile that allows what every runtime needs for it is fine', () => {
  assert.equal(spellAll(tellOf(checkExec, without())), []);
});

test('what only exec needs is a warning for the runtime that needs it, with the names and when', () => {
  assert.equal(spellAll(tellOf(checkExec, without('setgroups', 'statx'))), [
    'SP603 warning $.defaultAction: kubectl exec and exec probes fail, since crun then needs setgroups, statx (unless allowPrivilegeEscalation is false), which this profile refuses',
  ]);
});

test('with no-new-privileges crun needs write for it, and to start it does not', () => {
  const node = { runtime: 'crun', runtimeVersion: '1.21', noNewPrivileges: true } as const;
  assert.equal(spellAll(tellOf(checkExec, allowList(allow(['execve', 'close'])), node)), [
    'SP603 warning $.defaultAction: kubectl exec and exec probes fail, since crun 1.21 then needs write, which this profile refuses',
  ]);
  assert.equal(tellOf(checkExec, allowList(allow(['execve', 'close', 'write'])), node), []);
});

test('where no container starts nothing is said of exec', () => {
  assert.equal(tellOf(checkExec, allowList(), { noNewPrivileges: true }), []);
  assert.equal(tellOf(checkExec, without('setgroups', 'capset'), { noNewPrivileges: false }), []);
});

test('where it depends on arguments, or on what was measured elsewhere only, it is a note', () => {
  const told = tellOf(checkExec, without('statx'), { runtime: 'crun', architecture: 'arm64' });
  assert.equal(
    told.map(({ code, severity }) => `${code} ${severity}`),
    ['SP603 note'],
  );
});

test.run();
