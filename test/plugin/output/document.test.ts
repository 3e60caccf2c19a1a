// Documents for programs parse back to what was meant, in JSON and in YAML.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { API_VERSION, type Document, renderDocument } from '../../../plugin/output/document.ts';

const test = suite('plugin/output/document');

interface Sample extends Document {
  readonly value: unknown;
}

const documents = fc.jsonValue({ maxDepth: 4 }).map(
  (value): Sample => ({
    apiVersion: API_VERSION,
    kind: 'Sample',
    value: JSON.parse(JSON.stringify(value)) as unknown,
  }),
);
const TERMINAL_UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('JSON parses back to the same value', () => {
  fc.assert(
    fc.property(documents, (document) => {
      assert.equal(JSON.parse(renderDocument(document, 'json')), document);
    }),
  );
});

test('YAML parses back to the same value', () => {
  fc.assert(
    fc.property(documents, (document) => {
      assert.equal(parse(renderDocument(document, 'yaml')), document);
    }),
  );
});

test('strings with escapes survive both formats and reach no terminal raw', () => {
  const document = {
    apiVersion: API_VERSION,
    kind: 'Sample',
    value: 'a\u001b[2J\u202eb\nc: d\u009b',
  } as const;
  for (const format of ['json', 'yaml'] as const) {
    const rendered = renderDocument(document, format);
    assert.not.match(rendered, TERMINAL_UNSAFE);
    assert.equal(parse(rendered), document);
  }
});

test('YAML that needs no quotes has none', () => {
  const document = { apiVersion: API_VERSION, kind: 'Sample', nodes: [{ name: 'node-1' }] } as const;
  assert.is(
    renderDocument(document, 'yaml'),
    'apiVersion: kubectl-seccomp/v1\nkind: Sample\nnodes:\n  - name: node-1\n',
  );
});

test.run();
