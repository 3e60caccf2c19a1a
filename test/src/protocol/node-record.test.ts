import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSameStep, type NodeRecord, parseRecord, renderRecord } from '../../../src/protocol/node-record.ts';

const test = suite('src/protocol/node-record');

const RECORD: NodeRecord = {
  version: 1,
  operation: 'install',
  revision: 3,
  digest: 'a'.repeat(64),
  at: '2026-01-02T03:04:05.000Z',
};

test('a record is rendered as one line and parsed back', () => {
  const text = new TextDecoder().decode(renderRecord(RECORD));
  assert.ok(text.endsWith('}\n'));
  assert.equal(parseRecord(text), RECORD);
});

test('an unknown version, an unknown field and an install without a digest are refused', () => {
  for (const value of [
    { ...RECORD, version: 2 },
    { ...RECORD, more: 1 },
    { ...RECORD, digest: undefined },
  ]) {
    assert.throws(() => parseRecord(JSON.stringify(value)));
  }
});

test('the time makes no other step', () => {
  assert.ok(isSameStep(RECORD, { ...RECORD, at: 'later' }));
  assert.not(isSameStep(RECORD, { ...RECORD, revision: 4 }));
  assert.not(isSameStep(RECORD, { ...RECORD, digest: 'b'.repeat(64) }));
});

test.run();
