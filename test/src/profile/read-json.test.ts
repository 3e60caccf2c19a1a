// JSON as Go reads it, with positions, every small mistake told at once, and nothing that a hostile file can exhaust.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DocumentNode, MAX_DEPTH } from '../../../src/profile/document.ts';
import { readJson } from '../../../src/profile/read-json.ts';
import { createReport } from '../../../src/profile/report.ts';

const test = suite('src/profile/read-json');

const read = (text: string) => {
  const report = createReport('f', text);
  const root = readJson(text, report);
  return {
    root,
    problems: report.problems().map(({ line, column, message }) => `${line}:${column}: ${message}`),
  };
};

/** Turns a tree back into what JSON.parse gives, for comparison. */
const plain = (node: DocumentNode): unknown => {
  if (node.kind === 'object')
    return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]));
  if (node.kind === 'array') return node.items.map(plain);
  if (node.kind === 'number') return Number(node.text);
  return node.kind === 'null' ? null : node.value;
};

test('every JSON value reads as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      const { root, problems } = read(text);
      assert.equal(problems, []);
      // Written again, so that -0 and __proto__ do not get in the way.
      assert.is(
        JSON.stringify(plain(root!)),
        JSON.stringify(plain(read(JSON.stringify(JSON.parse(text))).root!)),
      );
      if (!text.includes('__proto__'))
        assert.is(JSON.stringify(plain(root!)), JSON.stringify(JSON.parse(text)));
    }),
  );
});

test('what JSON.parse refuses is refused, and what it takes is taken', () => {
  const token = fc.constantFrom(
    ...'{}[]:,"\\/ \n01-.eE+tfn',
    'true',
    'null',
    '"a"',
    '//',
    '/*',
    '*/',
    '12',
    '\\u00e9',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const text = tokens.join('');
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      const { root, problems } = read(text);
      assert.is(problems.length === 0, isJson, text);
      if (isJson) assert.ok(root);
    }),
    { numRuns: 3000 },
  );
});

test('integers keep every digit up to 2^64-1 and beyond', () => {
  for (const digits of ['18446744073709551615', '18446744073709551616', '9007199254740993', '-1', '0']) {
    const { root } = read(digits);
    assert.is(root?.kind === 'number' && root.integer, BigInt(digits));
  }
  for (const text of ['1.5', '1e3', '1.0', '9'.repeat(100)]) {
    const { root } = read(text);
    assert.is(root?.kind === 'number' && root.integer, undefined);
    assert.is(root?.kind === 'number' && root.text, text);
  }
});

test('commas too many and too few and comments are all told, and the rest is read all the same', () => {
  const { root, problems } = read('{\n  // why\n  "a": [1, 2,],\n  "b": 3 /* so */\n  "c": 4,\n}');
  assert.equal(problems, [
    '2:3: JSON has no comments, and runtimes refuse them: remove it',
    '3:13: JSON allows no comma before "]": remove it',
    '4:10: JSON has no comments, and runtimes refuse them: remove it',
    '5:3: expected "," or "}", got "c"',
    '5:9: JSON allows no comma before "}": remove it',
  ]);
  assert.equal(plain(root!), { a: [1, 2], b: 3, c: 4 });
});

for (const [text, problem] of [
  ['{"a": 0x1ff}', '1:7: "0x1ff" is no JSON value: numbers are decimal, so write 511'],
  ['{"a": True}', '1:7: "True" is no JSON value; did you mean true?'],
  ['[01]', '1:2: "01" is no JSON value: wanted'],
  ["['a']", '1:2: "\'a\'" is no JSON value: strings stand in double quotes'],
  ['{a: 1}', '1:2: expected a field\'s name in double quotes, got "a"'],
  ['{"a" 1}', '1:6: expected ":" after "a", got "1"'],
  ['{"a": 1', '1:1: "{" is never closed'],
  ['{"a": "b', '1:7: this string is never closed'],
  ['"\\q"', '1:2: "\\\\q" is no escape that JSON knows'],
  ['{} {}', '1:4: "{" after the end of the document'],
  ['{"a": 1]', '1:8: expected "," or "}", got "]"'],
  ['[,]', '1:2: expected a value, got ","'],
  ['', '1:1: expected a value, got the end of the file'],
] as const) {
  test(`${JSON.stringify(text)} is refused where it goes wrong`, () => {
    const { problems } = read(text);
    assert.ok(problems[0]?.startsWith(problem), problems.join('\n'));
  });
}

test('names that JavaScript objects have by birth are names like others', () => {
  const { root } = read('{"__proto__": 1, "constructor": 2, "toString": 3}');
  assert.equal(root?.kind === 'object' && root.members.map(({ name }) => name), [
    '__proto__',
    'constructor',
    'toString',
  ]);
});

test('nesting is bounded, not the stack', () => {
  assert.equal(read('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH)).problems, []);
  assert.match(read('['.repeat(1_000_000)).problems[0]!, 'nested more than 64 deep');
  assert.match(read('{"a":'.repeat(200_000)).problems[0]!, 'nested more than 64 deep');
});

test.run();
