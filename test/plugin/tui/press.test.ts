// From Ink's keys to presses: what arrives together is taken one by one.
import type { Key } from 'ink';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pressOf } from '../../../plugin/tui/press.ts';

const test = suite('plugin/tui/press');

const key = (changes: Partial<Key> = {}): Key => ({ ctrl: false, ...changes }) as Key;
const typed = (text: string) => ({ text, isControl: false });

test('keys with a name have it, letters are themselves', () => {
  assert.equal(pressOf('', key({ downArrow: true })), [{ name: 'down', text: '', isControl: false }]);
  assert.equal(pressOf('', key({ tab: true, shift: true })), [
    { name: 'backtab', text: '', isControl: false },
  ]);
  assert.equal(pressOf('r', key({ ctrl: true })), [{ text: 'r', isControl: true }]);
  assert.equal(pressOf('ノ', key()), [typed('ノ')]);
});

test('keys that a slow line brings together count one by one, Enter among them', () => {
  assert.equal(pressOf('jj\r', key()), [
    typed('j'),
    typed('j'),
    { name: 'return', text: '', isControl: false },
  ]);
});

test('Escape and the key behind it are two keys, not one with Alt', () => {
  assert.equal(pressOf('/', key({ meta: true })), [
    { name: 'escape', text: '', isControl: false },
    typed('/'),
  ]);
});

test('a key without a meaning is none', () => {
  assert.equal(pressOf('', key()), []);
});

test.run();
