// What a container needs to start, as profiles: each made of the measured table, each found by its version.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BUILTIN_NAMES, readBuiltin } from '../../../src/profile/builtins.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { NEEDS } from '../../../src/profile/start/needs.ts';
import { STARTERS, starterOf } from '../../../src/profile/starters.ts';

const test = suite('src/profile/starters');

const namesIn = (name: string): readonly string[] | undefined => starterOf(name)?.rules[0]?.names;

test('each is built in, and a file without a problem', () => {
  for (const { name } of STARTERS) {
    assert.ok(
      BUILTIN_NAMES.some((one) => one.name === name),
      name,
    );
    const content = readBuiltin(name);
    assert.ok(content, name);
    assert.equal(prepareFile(content, name, 'minimum.json', defaultCompileOptions).problems, [], name);
  }
});

test('each allows what the table says of its runtime, and nothing else', () => {
  for (const { name, since, noNewPrivileges, needed, made } of NEEDS) {
    const suffix = noNewPrivileges ? '-no-new-privileges' : '';
    const names =
      namesIn(`runtime/${name}-${since}-minimum${suffix}`) ??
      namesIn(`runtime/${name}-${since}.0-minimum${suffix}`);
    assert.equal(names, [...new Set([...needed, ...made])].sort(), `${name} ${since}`);
  }
});

test('a version without its own entry has the one before; without no-new-privileges more is needed', () => {
  const newest = namesIn('runtime/runc-99.0-minimum');
  assert.equal(namesIn('runtime/runc-98.7.3-minimum'), newest);
  const fewer = namesIn('runtime/runc-99.0-minimum-no-new-privileges')!;
  assert.ok(fewer.length < newest!.length);
  assert.ok(newest!.includes('setuid') && !fewer.includes('setuid') && fewer.includes('execve'));
});

test('what nobody measured is not there', () => {
  const names = [
    'runtime/runc-0.9-minimum',
    'runtime/runc-minimum',
    'runtime/gvisor-1.0-minimum',
    'runtime/runc-1.1',
  ];
  for (const name of names) assert.is(readBuiltin(name), undefined, name);
});

test.run();
