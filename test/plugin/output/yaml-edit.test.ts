// Edits of YAML and JSON texts: what shall change does, and every other byte stays.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, stringify } from 'yaml';
import { editDocument, parseDocuments } from '../../../plugin/output/yaml-edit.ts';
import type { SeccompError } from '../../../src/error.ts';

const test = suite('plugin/output/yaml-edit');

const edit = (text: string, change: (value: { spec: object }) => unknown, index = 0): string => {
  const value = parseDocuments(text, 'a.yaml')[index]?.toJS();
  return editDocument(text, index, change(structuredClone(value)), 'a.yaml');
};

for (const [title, before, after] of [
  [
    'a member comes after the last one, as deep as the others',
    'a: 1\nspec:\n    # first\n    name: x # here\n\n# end\n',
    'a: 1\nspec:\n    # first\n    name: x # here\n    new:\n        a:\n          - b: c\n\n# end\n',
  ],
  ['into a text without a last newline', 'spec:\n  name: x', 'spec:\n  name: x\n  new:\n    a:\n    - b: c'],
  [
    'lists stand as deep as the text has them',
    'list:\n  - x\nspec:\n  name: x\n',
    'list:\n  - x\nspec:\n  name: x\n  new:\n    a:\n      - b: c\n',
  ],
  [
    'line ends stay those of Windows',
    'spec:\r\n  name: x\r\n',
    'spec:\r\n  name: x\r\n  new:\r\n    a:\r\n    - b: c\r\n',
  ],
  ['in braces on one line', 'spec: {name: x} # c\n', 'spec: {name: x, new: {a: [{b: c}]}} # c\n'],
  ['in empty braces', 'spec: {}\n', 'spec: {new: {a: [{b: c}]}}\n'],
  ['in JSON on one line', '{"spec":{"name":"x"}}', '{"spec":{"name":"x", "new":{"a":[{"b":"c"}]}}}'],
  [
    'in JSON on many lines',
    '{\n  "spec": {\n    "name": "x"\n  }\n}\n',
    '{\n  "spec": {\n    "name": "x",\n    "new": {\n      "a": [\n        {\n          "b": "c"\n        }\n      ]\n    }\n  }\n}\n',
  ],
  [
    'after a block of text',
    'spec:\n  name: |\n    x\n    y\n',
    'spec:\n  name: |\n    x\n    y\n  new:\n    a:\n    - b: c\n',
  ],
] as const)
  test(title, () => {
    const edited = edit(before, (value) => ({
      ...value,
      spec: { ...value.spec, new: { a: [{ b: 'c' }] } },
    }));
    assert.is(edited.replaceAll('\r', '␍'), after.replaceAll('\r', '␍'));
  });

test('a scalar is replaced as it was quoted', () => {
  const text = 'a: "x" # 1\nb: \'x\'\nc: x\n';
  assert.is(
    edit(text, () => ({ a: 'y', b: "it's", c: 'yes: no' })),
    'a: "y" # 1\nb: \'it\'\'s\'\nc: "yes: no"\n',
  );
});

test('a member goes with its line, in braces with its comma, and behind a dash it leaves the dash', () => {
  assert.is(
    edit('a: 1\n# b\nb:\n  c: 1\nd: 2 # d\n', () => ({ a: 1, d: 2 })),
    'a: 1\n# b\nd: 2 # d\n',
  );
  assert.is(
    edit('{a: 1, b: 2, c: 3}\n', () => ({ a: 1, c: 3 })),
    '{a: 1, c: 3}\n',
  );
  assert.is(
    edit('{a: 1, b: 2}\n', () => ({ a: 1 })),
    '{a: 1}\n',
  );
  assert.is(
    edit('l:\n- a: 1\n  b: 2\n', () => ({ l: [{ b: 2 }] })),
    'l:\n- b: 2\n',
  );
});

test('an empty value gets one; a list gets an item at its end', () => {
  assert.is(
    edit('a:\nb: 1\n', () => ({ a: { c: 1 }, b: 1 })),
    'a:\n  c: 1\nb: 1\n',
  );
  assert.is(
    edit('a:\n  - b # c\nd: 1\n', () => ({ a: ['b', { e: 1 }], d: 1 })),
    'a:\n  - b # c\n  - e: 1\nd: 1\n',
  );
  assert.is(
    edit('a: [b]\n', () => ({ a: ['b', 'c'] })),
    'a: [b, c]\n',
  );
});

test('only the document that is meant is changed', () => {
  assert.is(
    edit('a: 1\n---\na: 1\n...\n---\na: 1\n', () => ({ a: 2 }), 1),
    'a: 1\n---\na: 2\n...\n---\na: 1\n',
  );
});

for (const [title, text, after] of [
  ['what another place shares by an alias', 'a: &x\n  b: 1\nc: *x\n', { a: { b: 2 }, c: { b: 1 } }],
  ['an alias itself', 'a: &x\n  b: 1\nc: *x\n', { a: { b: 1 }, c: { b: 2 } }],
  ['what comes from a merge', 'x: &x\n  b: 1\na:\n  <<: *x\n  c: 1\n', { x: { b: 1 }, a: { c: 1 } }],
] as const)
  test(`refused: ${title}`, () => {
    try {
      edit(text, () => after);
      assert.unreachable();
    } catch (thrown) {
      assert.is((thrown as SeccompError).code, 'file');
      assert.match((thrown as Error).message, 'without touching other parts');
    }
  });

test('a template of Helm is refused with the place', () => {
  assert.throws(
    () => parseDocuments('a:\n  {{ if .x }}\n  b: {{ .y }}\n', 'chart.yaml'),
    (thrown: SeccompError) =>
      thrown.code === 'file' &&
      /"chart\.yaml":3:1: All mapping items must start at the same column$/.test(thrown.message) &&
      /Helm/.test(thrown.hint ?? ''),
  );
});

/** Names and values that YAML must quote now and then. */
const word = fc.oneof(
  fc.constantFrom('a', 'b', 'yes', '1', 'x: y', '# c', "it's", '- d', ''),
  fc.string({ maxLength: 5 }),
);
const key = fc.constantFrom('a', 'b', 'c', 'd');
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    word,
    fc.integer({ min: 0, max: 9 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));
const LAYOUTS = [
  (value: unknown) => stringify(value),
  (value: unknown) => stringify(value, { indent: 4, indentSeq: false }),
  (value: unknown) => stringify(value, { collectionStyle: 'flow' }),
  (value: unknown) => JSON.stringify(value, null, 2),
  (value: unknown) => JSON.stringify(value),
];

test('whatever is added to whatever document: read back it is there, and lines that are not its own are as they were', () => {
  fc.assert(
    fc.property(
      fc.record(
        {
          kind: word,
          spec: fc.dictionary(key, json, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
        },
        { noNullPrototype: true },
      ),
      json,
      fc.nat(LAYOUTS.length - 1),
      (value, added, layout) => {
        const text = `# before\n${LAYOUTS[layout]!(value)}${layout < 2 ? '# after\n' : ''}`;
        const after = { ...value, spec: { ...value.spec, added } };
        const edited = edit(text, () => after);
        assert.equal(parse(edited), after);
        const lines = edited.split('\n');
        // In a block each old line is still there, in its order.
        if (layout < 2)
          assert.ok(text.split('\n').every((line) => lines.splice(0, lines.indexOf(line) + 1).length > 0));
        const back = edit(edited, () => value);
        assert.equal(parse(back), value);
        if (layout < 2) assert.is(back, text);
      },
    ),
    { numRuns: 200 },
  );
});

test.run();
