// Colour is decided as kubectl decides it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allowsColor, paintWith } from '../../../plugin/output/color.ts';

const test = suite('plugin/output/color');

test('a terminal gets colour, a pipe does not', () => {
  assert.ok(allowsColor({ isTTY: true }, {}));
  assert.not(allowsColor({}, {}));
});

test('NO_COLOR forbids it even when it is empty, and so does a dumb terminal', () => {
  assert.not(allowsColor({ isTTY: true }, { NO_COLOR: '' }));
  assert.not(allowsColor({ isTTY: true }, { TERM: 'dumb' }));
});

test('on Windows only Windows Terminal gets it', () => {
  assert.not(allowsColor({ isTTY: true }, { OS: 'Windows_NT' }));
  assert.ok(allowsColor({ isTTY: true }, { OS: 'Windows_NT', WT_SESSION: 'x' }));
});

test('paint leaves text alone without colour', () => {
  assert.is(paintWith(false)('red', 'x'), 'x');
  assert.is(paintWith(true)('yellow', 'x'), '\u001b[33mx\u001b[0m');
});

test.run();
