import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeccompError } from '../../../src/error.ts';
import { parseInspectionLog, parseReport } from '../../../src/protocol/parse-report.ts';

const test = suite('src/protocol/parse-report');

const VALID = {
  version: 1,
  operation: 'install',
  outcome: 'installed',
  digest: 'a'.repeat(64),
  revision: 2,
  profiles: 3,
  bytes: 4,
  durationMs: 5,
  at: '2026-01-01T00:00:00.000Z',
  facts: { architecture: 'amd64', kernel: '6.1.0' },
};

test('a valid report is read as it is', () => {
  assert.equal(parseReport(JSON.stringify(VALID)), VALID);
  const pruned = {
    ...VALID,
    operation: 'prune',
    outcome: 'pruned',
    pruned: 2,
    generations: ['f'.repeat(16)],
  };
  assert.equal(parseReport(JSON.stringify(pruned)), pruned);
});

const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['another version', { ...VALID, version: 9 }, /version 9/],
  ['an unknown field', { ...VALID, x: 1 }, /field "x"/],
  ['a prototype', JSON.parse('{"version":1,"__proto__":{"outcome":"installed"}}'), /field "__proto__"/],
  ['an unknown outcome', { ...VALID, outcome: 'perfect' }, /"perfect"/],
  ['an inherited word as outcome', { ...VALID, outcome: 'constructor' }, /"constructor"/],
  ['a failure without words', { ...VALID, outcome: 'failed' }, /error/],
  ['words without a failure', { ...VALID, error: { code: 'disk', message: '' } }, /error/],
  ['an unknown code', { ...VALID, outcome: 'failed', error: { code: 'x', message: '' } }, /"x"/],
  ['a fraction', { ...VALID, bytes: 1.5 }, /1.5/],
  ['a digest with control characters', { ...VALID, digest: '\u001b[2J' }, /sha256/],
  ['a generation that is none', { ...VALID, generations: ['../../etc'] }, /first 16 hex digits/],
  ['facts that are a list', { ...VALID, facts: [] }, /facts/],
  [
    'a kernel of great length',
    { ...VALID, facts: { architecture: 'amd64', kernel: 'x'.repeat(500) } },
    /200/,
  ],
];

for (const [what, value, message] of REFUSED) {
  test(`${what} is refused`, () => {
    assert.throws(() => parseReport(JSON.stringify(value)), message);
  });
}

test('a message that the kubelet cut, or that is longer than any, is refused', () => {
  assert.throws(() => parseReport(JSON.stringify(VALID).slice(0, -1)), /not JSON/);
  assert.throws(() => parseReport(' '.repeat(5000)), /at most 4096/);
});

test('any text and any JSON is parsed or refused as a protocol error, nothing else', () => {
  const isRefusedRight = (text: string): boolean => {
    try {
      parseReport(text);
      return false;
    } catch (error) {
      return error instanceof SeccompError && error.code === 'protocol';
    }
  };
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), isRefusedRight));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(VALID)), fc.jsonValue(), (field, value) => {
      const text = JSON.stringify({ ...VALID, [field]: value });
      try {
        parseReport(text);
      } catch (error) {
        assert.instance(error, SeccompError);
      }
    }),
  );
});

test('a log without an inspection is refused', () => {
  assert.throws(() => parseInspectionLog('hello\n'), /a line that begins with/);
});

test.run();
