// The catalogue of codes, held against the sources, against files that have each of them, and against docs/lint.md.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CHECKS } from '../../../../src/profile/lint/checks.ts';
import { CODES, type CodeEntry, type LintCode, THEMES } from '../../../../src/profile/lint/codes.ts';
import { lintFile } from '../../../../src/profile/lint/lint.ts';
import type { Problem } from '../../../../src/profile/problem.ts';
import { nodeWith, SAMPLES, type Sample } from './every-code.ts';

const test = suite('src/profile/lint/codes');

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const entries = (Object.entries(CODES) as [LintCode, CodeEntry][]).toSorted(([a], [b]) => a.localeCompare(b));

const lint = ({ content, facts, policy }: Sample): readonly Problem[] =>
  lintFile(
    typeof content === 'string' ? new TextEncoder().encode(content) : content,
    'profile.json',
    'profile.json',
    { facts: [nodeWith(facts)], ...(policy && { policy: { rules: [policy] } }) },
  ).problems;

test('codes are of one form, and names are of one form and no two alike', () => {
  for (const [code, { name }] of entries) {
    assert.match(code, /^SP[0-8]\d\d$/);
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(THEMES[code.slice(0, 3)], code);
  }
  assert.is(new Set(entries.map(([, { name }]) => name)).size, entries.length);
});

test('why and how to mend are one sentence each', () => {
  for (const [code, { why, mend }] of entries)
    for (const sentence of [why, mend]) assert.match(sentence, /^[A-Za-z`"].*[^.]\.$/s, code);
});

test('every code is used', () => {
  const files = ['src/profile', 'plugin/commands'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/(^|\/)codes[^/]*\.ts$/.test(name))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
  const unused = entries.filter(([code]) => !files.some((text) => text.includes(`'${code}'`)));
  assert.equal(
    unused.map(([code]) => code),
    [],
  );
});

test('every check of the folder is made', () => {
  const made = readdirSync(join(root, 'src/profile/lint')).filter((name) => name.startsWith('check-'));
  assert.is(CHECKS.length, made.length, made.join());
});

test('for every code there is a file that has it, with the place where it is wrong', () => {
  const missing = (Object.entries(SAMPLES) as [LintCode, Sample][]).flatMap(([code, sample]) => {
    const problems = lint(sample);
    const found = problems.find((problem) => problem.code === code);
    if (found === undefined) return [`${code}: ${problems.map((problem) => problem.code).join(' ')}`];
    assert.ok(found.line >= 1 && found.column >= 1 && found.path.startsWith('$'), code);
    return [];
  });
  assert.equal(missing, []);
});

const START = '<!-- codes: made of the catalogue in src/profile/lint, UPDATE_GOLDEN=1 writes it anew -->\n';
const END = '<!-- end of codes -->';

const renderCatalogue = (): string =>
  Object.entries(THEMES)
    .map(([theme, title]) => {
      const rows = entries
        .filter(([code]) => code.startsWith(theme))
        .map(
          ([code, { name, severity, why, mend }]) =>
            `| ${code} | \`${name}\` | ${severity} | ${why} | ${mend} |`,
        );
      const head = ['| code | name | usually | why it matters | how to mend it |', '|---|---|---|---|---|'];
      return [`### ${theme}xx: ${title}`, '', ...head, ...rows, ''].join('\n');
    })
    .join('\n');

test('docs/lint.md lists every code as the catalogue has it', () => {
  const path = join(root, 'docs/lint.md');
  const document = readFileSync(path, 'utf8');
  const [start, end] = [document.indexOf(START) + START.length, document.indexOf(END)];
  assert.ok(document.includes(START) && end >= start, 'the marks are gone');
  const wanted = `${document.slice(0, start)}\n${renderCatalogue()}\n${document.slice(end)}`;
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, wanted);
  else assert.is(document, wanted, 'run again with UPDATE_GOLDEN=1');
});

test.run();
