// What runtimes need to start a container.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkStart } from '../../../../src/profile/lint/check-start.ts';
import { NEEDS } from '../../../../src/profile/start/needs.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf } from './check-sample.ts';

const test = suite('src/profile/lint/check-start');

const everything = [...new Set(NEEDS.flatMap(({ needed, made }) => [...needed, ...made]))];
const without = (...names: readonly string[]) =>
  allowList(allow([...everything.filter((one) => !names.includes(one)), 'readlinkat']));

test('a profile that allows what every runtime needs is fine', () => {
  assert.equal(spellAll(tellOf(checkStart, without())), []);
});

test('what only newer versions need is told with the version', () => {
  const [told, ...more] = spellAll(tellOf(checkStart, without('statx')));
  assert.match(
    told!,
    /^SP601 warning \$\.defaultAction: no container starts, since runc itself needs statx \(from 1\.2\.8 to before 1\.3\.0 and from 1\.3\.3 on\), which this profile refuses/,
  );
  assert.equal(more, []);
});

test('what is needed only without no-new-privileges is told so, and not where that is known', () => {
  const profile = without('capset');
  assert.equal(
    spellAll(tellOf(checkStart, profile)).map((text) => /needs (.*), which/.exec(text)?.[1]),
    [
      'capset (unless allowPrivilegeEscalation is false)',
      'capset (unless allowPrivilegeEscalation is false)',
    ],
  );
  assert.equal(tellOf(checkStart, profile, { noNewPrivileges: true }), []);
  assert.match(
    spellAll(tellOf(checkStart, profile, { runtime: 'runc', noNewPrivileges: false }))[0]!,
    /^SP601 error/,
  );
});

test('a version that does not need it says nothing', () => {
  assert.equal(tellOf(checkStart, without('statx'), { runtime: 'runc', runtimeVersion: '1.1.15' }), []);
  assert.match(
    spellAll(tellOf(checkStart, without('statx'), { runtime: 'runc', runtimeVersion: '1.4.0' }))[0]!,
    /^SP601 error .* runc 1\.4\.0 itself needs statx, which/,
  );
});

test('without execve alone containers start, and end at once', () => {
  const told = tellOf(checkStart, denyList(refuse(['execve'])), { runtime: 'crun' });
  assert.equal(
    told.map(({ code, severity, path }) => `${code} ${severity} ${path}`),
    ['SP602 error $.syscalls[0]'],
  );
});

test('an empty allow-list is told once for each runtime, whatever the number of architectures', () => {
  assert.equal(
    tellOf(checkStart, allowList(), {}, { architecture: 'arm64' }).map(({ code }) => code),
    ['SP601', 'SP601'],
  );
});

test.run();
