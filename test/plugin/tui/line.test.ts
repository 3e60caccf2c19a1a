// Lines that fit: whatever the text is, the widths are exact.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  dropColumns,
  fitLine,
  lineText,
  lineWidth,
  span,
  spread,
  wrap,
  wrapLines,
} from '../../../plugin/tui/line.ts';

const test = suite('plugin/tui/line');

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('ノード', 'é́', '👍', 'a b  c'),
);

test('a line fits any width exactly, whatever its pieces are', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), fc.integer({ min: 1, max: 30 }), (texts, width) => {
      assert.is(
        lineWidth(
          fitLine(
            texts.map((one) => span(one)),
            width,
          ),
        ),
        width,
      );
    }),
  );
});

test('what is at the right stays whole while the left gives way', () => {
  assert.is(lineText(spread([span('a long breadcrumb')], [span('live')], 12)), 'a long… live');
});

test('wrapped lines are never too wide, keep their indent and lose no letter', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ]{0,60}$/), fc.integer({ min: 4, max: 20 }), (words, width) => {
      const lines = wrap(words, width);
      const indent = Math.min(width - 1, /^ */.exec(words)![0].length);
      if (indent > 2) return;
      for (const one of lines) assert.ok(lineWidth(one) <= width, lineText(one));
      assert.is(lines.map(lineText).join('').replaceAll(' ', ''), words.replaceAll(' ', ''));
    }),
  );
});

test('only lines that are too long are broken', () => {
  assert.equal(
    wrapLines('NAME   STATE\nweb    in-sync and more\n', 12).map(lineText),
    ['NAME   STATE', 'web   ', 'in-sync and', 'more'].map((one) => one.trimEnd()),
  );
});

test('columns are left out from the left, and a wide character that is cut goes whole', () => {
  assert.is(lineText(dropColumns([span('ab'), span('cdef')], 3)), 'def');
  assert.is(lineText(dropColumns([span('ノード')], 3)), 'ド');
});

test.run();
