// Tables look as kubectl's do, whatever is in the cells.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderTable } from '../../../plugin/output/table.ts';

const test = suite('plugin/output/table');

test('headers are upper-case, columns three spaces apart and at least six wide, lines without trailing spaces', () => {
  const table = renderTable(
    ['node', 'a', 'state'],
    [
      ['node-1', 'x', 'in-sync'],
      ['n', 'yy', ''],
    ],
  );
  assert.is(table, 'NODE     A        STATE\nnode-1   x        in-sync\nn        yy       <none>\n');
});

test('no rows give no headers', () => {
  assert.is(renderTable(['node'], []), '');
});

test('headers can be left out', () => {
  assert.is(renderTable(['node'], [['a']], { hasHeaders: false }), 'a\n');
});

test('wide characters count twice and combining marks not at all', () => {
  const table = renderTable(
    ['name', 'next'],
    [
      ['節点節点', 'x'],
      ['e\u0301', 'y'],
    ],
  );
  assert.is(table, 'NAME       NEXT\n節点節点   x\ne\u0301          y\n');
});

test('a cell cannot begin a row of its own or move the cursor', () => {
  const table = renderTable(['name', 'next'], [['a\nnode-9   fine', '\u001b[2K']]);
  assert.is(table, 'NAME     NEXT\na...     ^[[2K\n');
});

test.run();
