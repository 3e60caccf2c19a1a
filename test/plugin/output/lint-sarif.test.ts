// SARIF as the standard has it (2.1.0, section numbers below), and stable where code hosts count on it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LintedFile } from '../../../plugin/output/lint-document.ts';
import { renderSarif } from '../../../plugin/output/lint-sarif.ts';
import type { Problem } from '../../../src/profile/problem.ts';

const test = suite('plugin/output/lint-sarif');

const problem = (more: Partial<Problem> = {}): Problem => ({
  code: 'SP102',
  severity: 'error',
  file: 'web/a b.json',
  line: 2,
  column: 20,
  endColumn: 27,
  path: '$.defaultAction',
  message: 'unknown action "allow"',
  ...more,
});
const file = (...problems: Problem[]): LintedFile => ({ file: 'web/a b.json', problems, fixed: [] });
// biome-ignore lint/suspicious/noExplicitAny: what comes out of JSON.parse
const log = (...files: LintedFile[]): any => JSON.parse(renderSarif(files, '1.2.3'));

test('a log has its version, its tool, and a rule for each code that occurs', () => {
  const { $schema, version, runs } = log(file(problem(), problem({ code: 'SP006' })));
  assert.match($schema, /^https:.*sarif-schema-2\.1\.0\.json$/);
  assert.is(version, '2.1.0');
  const { driver } = runs[0].tool;
  assert.is(driver.name, 'kubectl-seccomp');
  assert.equal(
    driver.rules.map(({ id }: { id: string }) => id),
    ['SP006', 'SP102'],
  );
  const [, rule] = driver.rules;
  // 3.49.7: an identifier that people read, PascalCase.
  assert.is(rule.name, 'UnknownAction');
  assert.is(rule.defaultConfiguration.level, 'error');
  for (const field of [rule.shortDescription, rule.fullDescription, rule.help])
    assert.type(field.text, 'string');
});

test('a result points to its rule and its place', () => {
  const [run] = log(file(problem({ hint: 'Write it' }))).runs;
  const [result] = run.results;
  assert.is(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
  assert.is(result.level, 'error');
  assert.is(result.message.text, 'unknown action "allow". Write it');
  const [{ physicalLocation, logicalLocations }] = result.locations;
  assert.equal(physicalLocation.artifactLocation, { uri: 'web/a%20b.json', index: 0 });
  assert.equal(physicalLocation.region, { startLine: 2, startColumn: 20, endLine: 2, endColumn: 27 });
  assert.equal(logicalLocations, [{ fullyQualifiedName: '$.defaultAction' }]);
  assert.is(run.columnKind, 'utf16CodeUnits');
});

test('levels are those of the standard', () => {
  const severities = ['error', 'warning', 'note'] as const;
  const { results } = log(file(...severities.map((severity) => problem({ severity })))).runs[0];
  assert.equal(
    results.map(({ level }: { level: string }) => level),
    severities,
  );
});

test('a fingerprint does not change with the line, and tells two alike apart', () => {
  const prints = (...problems: Problem[]): string[] =>
    log(file(...problems)).runs[0].results.map(
      (result: { partialFingerprints: Record<string, string> }) =>
        result.partialFingerprints['seccompProblem/v1'],
    );
  assert.equal(prints(problem()), prints(problem({ line: 9, column: 1 })));
  assert.is(new Set(prints(problem(), problem(), problem({ path: '$.syscalls[0].action' }))).size, 3);
});

test('a fix says what is replaced', () => {
  const [result] = log(file(problem({ fix: [{ offset: 20, end: 25, text: 'SCMP_ACT_ALLOW' }] }))).runs[0]
    .results;
  assert.equal(result.fixes[0].artifactChanges, [
    {
      artifactLocation: { uri: 'web/a%20b.json', index: 0 },
      replacements: [
        { deletedRegion: { charOffset: 20, charLength: 5 }, insertedContent: { text: 'SCMP_ACT_ALLOW' } },
      ],
    },
  ]);
});

test('paths become URI references', () => {
  const uri = (name: string): string =>
    log({ ...file(problem()), file: name }).runs[0].results[0].locations[0].physicalLocation.artifactLocation
      .uri;
  assert.is(uri('./web/a#1.json'), 'web/a%231.json');
  assert.is(uri('/srv/a.json'), 'file:///srv/a.json');
  assert.is(uri('C:\\web\\a.json'), 'file:///C:/web/a.json');
  assert.is(uri('<stdin>'), '%3Cstdin%3E');
});

test('nothing found is a run without results', () => {
  const [run] = log(file()).runs;
  assert.equal([run.results, run.tool.driver.rules], [[], []]);
});

test.run();
