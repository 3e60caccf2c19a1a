// `builtin:NAME` where a file may stand: for a bundle and for a verb about one profile.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isBuiltin, pathOfBuiltin, readBuiltinFile } from '../../../plugin/commands/builtin-file.ts';
import { readInputs } from '../../../plugin/commands/inputs.ts';
import { readProfileFile } from '../../../plugin/commands/profile-file.ts';
import type { SeccompError } from '../../../src/error.ts';
import { readBuiltin } from '../../../src/profile/builtins.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/builtin-file');

const refusal = async (name: string): Promise<SeccompError> => {
  try {
    await readBuiltinFile(name);
  } catch (thrown) {
    return thrown as SeccompError;
  }
  throw new Error(`${name} was found`);
};

test('only the prefix makes a name a built-in one', () => {
  assert.ok(isBuiltin('builtin:kubernetes/default'));
  assert.not(isBuiltin('./builtin:kubernetes/default'));
  assert.not(isBuiltin('builtin/x.json'));
});

test('a bundle has it under its last name, without the version', async () => {
  assert.is(pathOfBuiltin('builtin:kubernetes/default-audit'), 'default-audit.json');
  assert.is(pathOfBuiltin('builtin:kubernetes/default@containerd-2.1'), 'default.json');
  const outside = fakeOutside({ files: { 'a.json': '{"defaultAction":"SCMP_ACT_ERRNO"}' } });
  const { bundle, notes } = await readInputs(
    {
      filenames: ['builtin:kubernetes/default-audit', 'a.json'],
      isRecursive: false,
      name: 'audit',
      compile: defaultCompileOptions,
      compileFlags: [],
    },
    outside,
  );
  assert.equal(
    [...new Set(bundle.manifest.profiles.map(({ path }) => path))],
    ['a.json', 'default-audit.json'],
  );
  assert.ok(notes.some((note) => note.startsWith('default-audit.json: ')));
});

test('a verb about one profile reads it as a file', async () => {
  const name = 'builtin:kubernetes/default@cri-o-1.34';
  const { content, shownAs } = await readProfileFile(name, 1 << 20, fakeOutside());
  assert.is(shownAs, name);
  assert.equal(content, readBuiltin('kubernetes/default@cri-o-1.34'));
});

test('an unknown name is told with what was meant and what there is', async () => {
  const { code, message, hint } = await refusal('builtin:kubernetes/defualt-audit');
  assert.is(code, 'usage');
  assert.is(
    message,
    'there is no built-in profile "kubernetes/defualt-audit"; did you mean kubernetes/default-audit?',
  );
  assert.match(hint!, /There are kubernetes\/default, .*@containerd-1\.6 to .*@cri-o-1\.30 to /);
  assert.match((await refusal('builtin:kubernetes/default@crio-1.34')).message, '@cri-o-1.34?');
  assert.match((await refusal('builtin:kubernetes/default@containerd-1.5')).message, 'no built-in profile');
});

test('the prefix alone lists what there is', async () => {
  const { message, hint } = await refusal('builtin:');
  assert.is(message, '"builtin:" names no profile');
  assert.match(hint!, 'kubernetes/audit-verbose');
});

test.run();
