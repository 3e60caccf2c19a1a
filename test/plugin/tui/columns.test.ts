// How columns share a width: who gives way first, and what is shown where they cannot all be read.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Layout, layOut, layOutCells, layOutTitles } from '../../../plugin/tui/columns.ts';
import { lineText, lineWidth } from '../../../plugin/tui/line.ts';
import { cell, type Table } from '../../../plugin/tui/table.ts';

const test = suite('plugin/tui/columns');

const table: Table = {
  columns: [{ title: 'name' }, { title: 'count' }, { title: 'why', isElastic: true }],
  rows: [
    ['worker-2', '10', 'no space is left on the disk'],
    ['worker-10', '9', ''],
  ].map(([name = '', ...others]) => ({ key: name, cells: [name, ...others].map((text) => cell(text)) })),
};

const bundles = (count: number): Table => ({
  columns: ['node', ...Array.from({ length: count }, (_, index) => `bundle-${index}`)].map((title) => ({
    title,
  })),
  rows: [{ key: 'n', cells: ['worker-1.example', ...Array(count).fill('S v1')].map((text) => cell(text)) }],
});

const titles = (shown: Table, layout: Layout): string =>
  lineText(layOutTitles(shown, layout, undefined)).trim();

test('where there is room every column has its own width and one column for a sign', () => {
  const layout = layOut(table, 80, 2, 0);
  assert.equal(layout.widths, [9, 6, 28]);
  assert.match(
    lineText(layOutTitles(table, layout, { column: 1, isReversed: true }, 2)),
    /NAME +↓COUNT +▸WHY/,
  );
});

test('where there is no room the signs go first, then the elastic column; every line is as wide as all', () => {
  assert.equal(layOut(table, 45, undefined, 0).widths, [9, 5, 27]);
  const layout = layOut(table, 35, undefined, 0);
  const lines = table.rows.map(({ cells }) => layOutCells(cells, layout));
  assert.equal(new Set([...lines, layOutTitles(table, layout, undefined)].map(lineWidth)).size, 1);
  assert.match(lineText(lines[0]!), /^worker-2 {3}10 {5}no space is left…$/);
});

test('of columns that cannot all be read those beside the first are shown whole, and which are not is known', () => {
  const layout = layOut(bundles(9), 40, undefined, 0);
  assert.match(titles(bundles(9), layout), /^NODE +BUNDLE-0 +BUNDLE-1$/);
  assert.is(layout.isMoreLeft, false);
  assert.is(layout.isMoreRight, true);
  const moved = layOut(bundles(9), 40, undefined, 3);
  assert.match(titles(bundles(9), moved), /^NODE +BUNDLE-3 +BUNDLE-4$/);
  assert.is(moved.isMoreLeft, true);
});

test('the columns are moved so far that the chosen one is in sight, and no farther than the last', () => {
  assert.match(titles(bundles(9), layOut(bundles(9), 40, 7, 0)), /^NODE +BUNDLE-5 +BUNDLE-6$/);
  const end = layOut(bundles(9), 40, undefined, 99);
  assert.match(titles(bundles(9), end), /^NODE +BUNDLE-7 +BUNDLE-8$/);
  assert.is(end.isMoreRight, false);
});

test('no layout is wider than it may be, whatever it is made for', () => {
  for (const count of [1, 2, 5, 40])
    for (const width of [38, 40, 51, 78, 120])
      for (const chosen of [undefined, 1, count]) {
        const line = layOutCells(bundles(count).rows[0]!.cells, layOut(bundles(count), width, chosen, 2));
        assert.ok(lineWidth(line) <= width, `${count} columns in ${width}`);
      }
});

test('what spans the whole width makes no column wider', () => {
  const long = { key: 'long', cells: [cell('x'.repeat(200))], isSpanning: true };
  const layout = layOut({ ...table, rows: [...table.rows, long] }, 80, undefined, 0);
  assert.is(layout.widths[0], 9);
});

test.run();
