// Foreign text may hold anything; what reaches the terminal may not.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sanitizeJson, sanitizeLine, sanitizeText } from '../../../plugin/output/sanitize.ts';

const test = suite('plugin/output/sanitize');

/** Every text, with what terminals and readers can be fooled by far more often than chance would have it. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2J',
        '\u009b31m',
        '\r',
        '\n',
        '\t',
        '\u202e',
        '\u2066',
        '\u200b',
        '\ud800',
        '\u0007',
        '\u2028',
      ),
    ),
  )
  .map((pieces) => pieces.join(''));

const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/;
const isPaired = (text: string): string => text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '');

test('no control, bidi, invisible or half character survives in a line', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      assert.not.match(isPaired(sanitizeLine(text)), UNSAFE);
    }),
  );
});

test('a text of several lines keeps its line breaks and nothing else of the kind', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const lines = sanitizeText(text).split('\n');
      assert.is(lines.length, text.split('\n').length);
      for (const line of lines) assert.not.match(isPaired(line), UNSAFE);
    }),
  );
});

test('JSON keeps its value and shows no such character', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const json = sanitizeJson(JSON.stringify({ [text]: text }, null, 2));
      assert.equal(JSON.parse(json), { [text]: text });
      for (const line of json.split('\n')) assert.not.match(isPaired(line), UNSAFE);
    }),
  );
});

test('ordinary text in any script is left as it is', () => {
  assert.is(sanitizeLine('node-1: größer, 節点, узел 🙂'), 'node-1: größer, 節点, узел 🙂');
});

test('escapes read as kubectl writes them', () => {
  assert.is(sanitizeLine('a\u001b[31mb\rc\nd\u202ee'), 'a^[[31mb\\rc\\nd\\u202ee');
});

test.run();
