import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseInspectionLog, parseReport } from '../../../src/protocol/parse-report.ts';
import { renderReport } from '../../../src/protocol/render-report.ts';
import type { Inspection, Report } from '../../../src/protocol/report.ts';

const test = suite('src/protocol/render-report');

const FACTS = {
  architecture: 'amd64',
  kernel: '6.1.0',
  bootId: 'f'.repeat(36),
  actionsAvailable: ['errno', 'log'],
};
const failedWith = (message: string): Report => ({
  version: 1,
  operation: 'install',
  outcome: 'failed',
  durationMs: 1,
  facts: FACTS,
  error: { code: 'disk', message },
});
const sizeOf = (text: string): number => new TextEncoder().encode(text).length;

test('whatever an error says, the message is whole JSON of at most 4,096 bytes that parses', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6000, size: 'max' }), (words) => {
      const { message } = renderReport(failedWith(words));
      assert.ok(sizeOf(message) <= 4096);
      const { error } = parseReport(message);
      const kept = error?.message.replace(/…$/, '') ?? '';
      assert.ok(words.startsWith(kept) || words === error?.message);
    }),
    { numRuns: 200 },
  );
});

test('a long message is cut as late as possible and between characters', () => {
  for (const character of ['x', 'é', '😀', '\u0000', '"']) {
    const { message } = renderReport(failedWith(character.repeat(5000)));
    assert.ok(sizeOf(message) <= 4096 && sizeOf(message) > 4096 - 12, `${sizeOf(message)} bytes`);
    assert.match(
      parseReport(message).error?.message ?? '',
      new RegExp(`^(?:${character.replace('"', '"')})+…$`, 'u'),
    );
  }
});

test('a prune that lists as many generations as it may fits with all facts', () => {
  const generations = Array.from({ length: 100 }, (_, index) => index.toString(16).padStart(16, '0'));
  const report: Report = {
    version: 1,
    operation: 'prune',
    outcome: 'pruned',
    digest: 'a'.repeat(64),
    revision: 4_294_967_295,
    pruned: 9_999,
    generations,
    durationMs: 999_999,
    at: '2026-01-01T00:00:00.000Z',
    facts: { ...FACTS, actionsAvailable: Array.from({ length: 9 }, () => 'kill_process') },
  };
  assert.equal(parseReport(renderReport(report).message), report);
});

const inspectionOf = (count: number): Inspection => ({
  bundles: [{ name: 'web', generations: [], problems: [] }],
  foreign: Array.from({ length: count }, (_, index) => `foreign-${index}.json`),
  leftovers: [],
});
const inspectedWith = (inspection: Inspection): Report => ({
  version: 1,
  operation: 'inspect',
  outcome: 'inspected',
  durationMs: 1,
  facts: FACTS,
  inspection,
});

test('a small inspection stays in the message', () => {
  const { message, logLine } = renderReport(inspectedWith(inspectionOf(3)));
  assert.is(logLine, undefined);
  assert.equal(parseReport(message).inspection, inspectionOf(3));
});

test('an inspection that does not fit goes to the log, and the last such line is read', () => {
  const { message, logLine } = renderReport(inspectedWith(inspectionOf(500)));
  const report = parseReport(message);
  assert.is(report.isInspectionInLog, true);
  assert.is(report.inspection, undefined);
  const log = `{"inspection":{"bundles":[],"foreign":[],"leftovers":[]}}\nother\n${logLine}\ninspect: inspected in 1 ms\n`;
  assert.equal(parseInspectionLog(log), inspectionOf(500));
});

test.run();
