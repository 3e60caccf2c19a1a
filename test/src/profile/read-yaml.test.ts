// YAML as Kubernetes means it: positions, no silent difference to Go's reader, and aliases that cannot explode.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DocumentNode } from '../../../src/profile/document.ts';
import { readYaml } from '../../../src/profile/read-yaml.ts';
import { createReport } from '../../../src/profile/report.ts';

const test = suite('src/profile/read-yaml');

const read = (text: string) => {
  const report = createReport('f', text);
  const { roots, isSound } = readYaml(text, report);
  return {
    roots,
    isSound,
    problems: report.problems().map(({ line, column, message }) => `${line}:${column}: ${message}`),
  };
};

const field = (node: DocumentNode | undefined, name: string): DocumentNode | undefined =>
  node?.kind === 'object' ? node.members.find((member) => member.name === name)?.value : undefined;

test('every document of a stream is read, empty ones are passed over', () => {
  const { roots, problems } = read('---\na: 1\n---\n---\n# nothing\n---\nb: x\n');
  assert.equal(problems, []);
  assert.is(roots.length, 2);
  assert.is(field(roots[1], 'b')?.kind, 'string');
});

test('keys and values stand where the text has them', () => {
  const text = 'kind: X\nspec:\n  list:\n  - index: 7\n';
  const { roots } = read(text);
  const item = field(field(roots[0], 'spec'), 'list');
  const index = item?.kind === 'array' ? field(item.items[0], 'index') : undefined;
  assert.is(index?.offset, text.indexOf('7'));
});

test('integers keep every digit, in decimal and hexadecimal', () => {
  const { roots } = read('a: 18446744073709551615\nb: 0xffffffffffffffff\n');
  for (const name of ['a', 'b']) {
    const node = field(roots[0], name);
    assert.is(node?.kind === 'number' && node.integer, 18446744073709551615n);
  }
});

test('a number that YAML 1.1 and 1.2 read differently is no integer', () => {
  for (const text of ['0777', '0o777', '1.0', '1e3', '+5', '.inf']) {
    const node = field(read(`a: ${text}\n`).roots[0], 'a');
    assert.is(node?.kind === 'number' && node.integer, undefined, text);
  }
});

test('aliases are followed, also twice', () => {
  const { roots, problems } = read('a: &x [1, 2]\nb: *x\nc: *x\n');
  assert.equal(problems, []);
  assert.is(field(roots[0], 'c'), field(roots[0], 'a'));
});

test('a billion laughs end early', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level <= 9; level += 1) {
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }
  const { isSound, problems } = read(`${lines.join('\n')}\n`);
  assert.not(isSound);
  assert.match(problems[0]!, 'grows beyond 1000000 values');
});

for (const [what, text, message] of [
  ['an alias of nothing', 'a: *x\n', 'x'],
  ['an alias of what contains it', 'a: &x [*x]\n', '*x'],
  ['a merge key', 'a: &x {b: 1}\nc:\n  <<: *x\n', 'merge keys'],
  ['a tag that nobody knows', 'a: !secret 1\n', 'not valid YAML'],
  ['a tab for indentation', 'a:\n\tb: 1\n', 'not valid YAML'],
  ['a bracket that stays open', 'a: [1, 2\n', 'not valid YAML'],
  ['a list as a key', '? [a]\n: 1\n', 'wanted the name of a field'],
] as const) {
  test(`${what} is refused`, () => {
    const { isSound, problems } = read(text);
    assert.not(isSound);
    assert.ok(problems[0]?.includes(message), problems.join('\n'));
  });
}

for (const [what, text] of [
  ['lists', `a: ${'['.repeat(200_000)}`],
  ['sequences', `${'- '.repeat(100_000)}a`],
  ['mappings', `${'{a: '.repeat(100_000)}`],
  ['closed lists', `${'['.repeat(500)}${']'.repeat(500)}`],
] as const) {
  test(`deeply nested ${what} are refused, and the stack holds`, () => {
    const { isSound, problems } = read(text);
    assert.not(isSound);
    assert.ok(problems.length > 0);
  });
}

test.run();
