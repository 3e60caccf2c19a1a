import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRequest, renderRequest } from '../../../src/protocol/parse-request.ts';
import type { Request } from '../../../src/protocol/request.ts';

const test = suite('src/protocol/parse-request');

const INSTALL: Request = {
  version: 1,
  operation: 'install',
  bundle: 'web',
  digest: 'a'.repeat(64),
  revision: 3,
  chunks: [{ name: 'bundle-web-0123', sha256: 'b'.repeat(64) }],
  force: false,
};
const REMOVE: Request = { version: 1, operation: 'remove', bundle: 'web', revision: 4, force: true };

const PRUNE: Request = {
  version: 1,
  operation: 'prune',
  bundle: 'web',
  revision: 4,
  kept: ['0123456789abcdef'],
};

test('every operation is rendered and parsed back', () => {
  for (const request of [
    INSTALL,
    REMOVE,
    PRUNE,
    { version: 1, operation: 'inspect' },
    { version: 1, operation: 'inspect', bundle: 'web' },
  ] as const) {
    assert.equal(parseRequest(renderRequest(request)), request);
  }
});

const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['another version', { ...INSTALL, version: 2 }, /version 2: this program knows version 1 only/],
  ['no version', { operation: 'inspect' }, /version undefined/],
  ['an unknown field', { ...INSTALL, extra: 1 }, /field "extra"/],
  ['a field of another operation', { ...REMOVE, digest: 'a'.repeat(64) }, /field "digest"/],
  [
    'an unknown operation',
    { ...REMOVE, operation: 'format' },
    /"format": one of install, remove, prune, inspect/,
  ],
  ['a name that climbs', { ...REMOVE, bundle: '../x' }, /bundle name/],
  ['the operator folder', { ...REMOVE, bundle: 'operator' }, /reserved/],
  ['a short digest', { ...INSTALL, digest: 'abc' }, /sha256/],
  ['a negative revision', { ...REMOVE, revision: -1 }, /-1: a whole number/],
  ['a revision in words', { ...REMOVE, revision: '1' }, /"1": a whole number/],
  ['no force', { ...REMOVE, force: undefined }, /true or false/],
  [
    'a chunk that climbs',
    { ...INSTALL, chunks: [{ name: '../../etc/shadow', sha256: 'b'.repeat(64) }] },
    /plain file name/,
  ],
  ['a hidden chunk', { ...INSTALL, chunks: [{ name: '..data', sha256: 'b'.repeat(64) }] }, /plain file name/],
  ['too many chunks', { ...INSTALL, chunks: Array(1000).fill({}) }, /length of the request.chunks is 1000/],
  ['a prune that keeps a path', { ...PRUNE, kept: ['../0123456789abcd'] }, /first 16 hex digits/],
  ['a prune that keeps a whole digest', { ...PRUNE, kept: ['a'.repeat(64)] }, /first 16 hex digits/],
  ['a prune by force', { ...PRUNE, force: true }, /field "force"/],
  ['a list', [], /version/],
  ['null', null, /version/],
];

for (const [what, value, message] of REFUSED) {
  test(`${what} is refused`, () => {
    assert.throws(() => parseRequest(JSON.stringify(value)), message);
  });
}

test('text that is not JSON is refused and quoted short', () => {
  assert.throws(
    () => parseRequest(`{${'x'.repeat(10_000)}`),
    (error: Error) => error.message.length < 200,
  );
});

test.run();
