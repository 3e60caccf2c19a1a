// The stated inputs of a compilation as people type them.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import {
  defaultCompileOptions,
  parseArchitectures,
  parseCapabilities,
  parseKernelVersion,
} from '../../../src/profile/compile-options.ts';

const test = suite('src/profile/compile-options');

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    assert.instance(error, SeccompError);
    assert.is((error as SeccompError).code, 'usage');
    return (error as SeccompError).message;
  }
  throw new Error('nothing was thrown');
};

test('the defaults are two architectures, the oldest supported kernel, and the 14 default capabilities', () => {
  assert.equal(defaultCompileOptions.architectures, ['amd64', 'arm64']);
  assert.equal(defaultCompileOptions.minimumKernel, { major: 4, minor: 19 });
  assert.is(new Set(defaultCompileOptions.capabilities).size, 14);
  assert.equal(parseCapabilities(defaultCompileOptions.capabilities), [
    ...defaultCompileOptions.capabilities,
  ]);
});

test('kernel versions are read as uname prints them', () => {
  for (const text of ['5.10', '5.10.0', '5.10.0-26-amd64', ' 5.10.7+ ', '5.10-rc1']) {
    assert.equal(parseKernelVersion(text), { major: 5, minor: 10 }, text);
  }
});

test('what is no kernel version is quoted back', () => {
  for (const text of ['', '5', 'v5.4', '5.x', '0.0', '-1.2', '5.4 or so', '99999.1']) {
    assert.is(
      messageOf(() => parseKernelVersion(text)),
      `${JSON.stringify(text)} is not a kernel version; wanted one such as 5.4`,
    );
  }
});

test('capabilities are read with and without CAP_, in any case, apart or with commas', () => {
  assert.equal(parseCapabilities(['sys_admin,CAP_CHOWN', ' cap_chown ', '']), ['CAP_CHOWN', 'CAP_SYS_ADMIN']);
  assert.equal(parseCapabilities([]), []);
  assert.is(parseCapabilities(['ALL']).length, 41);
});

test('an unknown capability is refused with the nearest one', () => {
  assert.is(
    messageOf(() => parseCapabilities(['SYS_ADMN'])),
    'unknown capability "SYS_ADMN"; did you mean CAP_SYS_ADMIN?',
  );
  assert.match(
    messageOf(() => parseCapabilities(['CAP_'])),
    'unknown capability "CAP_"; wanted',
  );
});

test('architectures are read by every common name, in a fixed order', () => {
  assert.equal(parseArchitectures(['arm64', 'x86_64', 'amd64,AARCH64', 'i386']), ['amd64', 'arm64', '386']);
});

test('an unknown architecture, or none, is refused', () => {
  assert.is(
    messageOf(() => parseArchitectures(['amd46'])),
    'unknown architecture "amd46"; did you mean amd64?',
  );
  assert.match(
    messageOf(() => parseArchitectures(['sparc'])),
    'unknown architecture "sparc"; wanted one of amd64, arm64',
  );
  assert.match(
    messageOf(() => parseArchitectures([','])),
    'no architecture given',
  );
});

test.run();
