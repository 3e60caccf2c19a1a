// Tables: what a filter and an order leave, and how columns share a width.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lineText, lineWidth } from '../../../plugin/tui/line.ts';
import {
  arrangeRows,
  cell,
  isScattered,
  layOut,
  layOutCells,
  layOutTitles,
  type Table,
} from '../../../plugin/tui/table.ts';

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

test('where there is no room the elastic column gives way first, and every row is as wide as all', () => {
  const widths = layOut(table, 35);
  assert.equal(widths.slice(0, 2), [9, 6]);
  const lines = table.rows.map(({ cells }) => layOutCells(cells, widths));
  assert.equal(new Set([...lines, layOutTitles(table, widths, undefined)].map(lineWidth)).size, 1);
  assert.match(lineText(lines[0]!), /^worker-2 {3}10 {6}no space is lef…$/);
});

test('the titles say which column orders and which is chosen, without colour too', () => {
  const widths = layOut(table, 80);
  assert.match(
    lineText(layOutTitles(table, widths, { column: 1, isReversed: true }, 2)),
    /NAME +↓COUNT +▸WHY/,
  );
});

test.run();
