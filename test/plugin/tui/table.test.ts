// Tables: what a filter and an order leave.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { arrangeRows, cell, isScattered, type Table } from '../../../plugin/tui/table.ts';

const test = suite('plugin/tui/table');

const table: Table = {
  columns: [{ title: 'name' }, { title: 'count' }, { title: 'why', isElastic: true }],
  rows: [
    ['worker-2', '10', 'no space is left on the disk'],
    ['worker-10', '9', ''],
    ['edge-1', '100', 'image'],
  ].map(([name = '', ...others]) => ({ key: name, cells: [name, ...others].map((text) => cell(text)) })),
};

const keys = (filter: string, order?: { column: number; isReversed: boolean }): string[] =>
  arrangeRows(table, filter, order).map(({ key }) => key);

test('a filter finds words anywhere in a row, and letters with gaps in its key', () => {
  assert.equal(keys('DISK'), ['worker-2']);
  assert.equal(keys('wk1'), ['worker-10']);
  assert.equal(keys('worker disk'), ['worker-2']);
  assert.equal(keys('zzz'), []);
  assert.ok(isScattered('ace', 'abcde'));
  assert.not.ok(isScattered('eca', 'abcde'));
});

test('numbers are ordered as numbers, in names too', () => {
  assert.equal(keys('', { column: 0, isReversed: false }), ['edge-1', 'worker-2', 'worker-10']);
  assert.equal(keys('', { column: 1, isReversed: true }), ['edge-1', 'worker-2', 'worker-10']);
  assert.equal(keys(''), ['worker-2', 'worker-10', 'edge-1']);
});

test('ages are ordered by their length, and grouped digits as numbers', () => {
  const order = (...texts: string[]): string[] =>
    arrangeRows(
      { columns: [{ title: 'age' }], rows: texts.map((text) => ({ key: text, cells: [cell(text)] })) },
      '',
      { column: 0, isReversed: false },
    ).map(({ key }) => key);
  assert.equal(order('2h', '3m20s', '8s', '12d', '5h10m', '119s'), [
    '8s',
    '119s',
    '3m20s',
    '2h',
    '5h10m',
    '12d',
  ]);
  assert.equal(order('1,200', '300', '20,001 + 5'), ['300', '1,200', '20,001 + 5']);
});

test('a row that says more about the one above stays below it, whatever the order', () => {
  const rows = [
    { key: 'a', cells: [cell('a')] },
    { key: 'a 0', cells: [cell('more about a')], isSpanning: true },
    { key: 'b', cells: [cell('b')] },
  ];
  const ordered = arrangeRows({ columns: [{ title: 'name' }], rows }, '', { column: 0, isReversed: true });
  assert.equal(
    ordered.map(({ key }) => key),
    ['b', 'a', 'a 0'],
  );
});

test('a filter finds what belongs to a row without being shown', () => {
  const rows = [{ key: 'deployment/web', cells: [cell('web')], words: 'worker-7' }];
  assert.is(arrangeRows({ columns: [{ title: 'name' }], rows }, 'worker-7', undefined).length, 1);
});

test.run();
