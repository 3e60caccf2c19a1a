import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLockedPackage, refuseOtherBytes } from '../../../plugin/release/bun.ts';

const test = suite('plugin/release/bun');

const bytes = Buffer.from('runtime');
const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
const sampleLock = (entry: object): string =>
  JSON.stringify({ packages: { 'node_modules/@oven/sample': entry } });

test('a locked package is found with its version and integrity', () => {
  const locked = parseLockedPackage(
    sampleLock({ version: '1.2.3', integrity, cpu: ['x64'] }),
    '@oven/sample',
  );
  assert.equal(locked, { version: '1.2.3', integrity });
});

test('what is not locked by a sha512 is refused', () => {
  for (const entry of [
    {},
    { version: '1.2.3' },
    { version: '1.2.3', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
  ]) {
    assert.throws(() => parseLockedPackage(sampleLock(entry), '@oven/sample'), /does not lock @oven\/sample/);
  }
  assert.throws(() => parseLockedPackage('{}', '@oven/sample'), /does not lock/);
});

test('bytes other than the locked ones are refused', () => {
  const locked = { version: '1.2.3', integrity };
  refuseOtherBytes(bytes, '@oven/sample', locked);
  assert.throws(() => refuseOtherBytes(Buffer.from('evil'), '@oven/sample', locked), /locked is sha512-/);
});

test.run();
