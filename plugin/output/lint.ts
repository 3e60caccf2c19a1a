// `lint`: what was found, in the order of the files, each problem on one line that begins with its place, as editors and
// terminals link it; below them each kind once, with why it matters and how to mend it.
import type { Severity } from '../../src/profile/problem.ts';
import type { Paint } from './color.ts';
import type { LintDocument, ProblemDocument } from './lint-document.ts';
import { plural } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';
import { wrapText } from './wrap.ts';

const COLORS = { error: 'red', warning: 'yellow', note: 'dim' } as const satisfies Record<Severity, string>;

/** Renders what was mended and what is left, what the codes mean, and a line that sums it up. */
export const renderLint = (document: LintDocument, paint: Paint): string => {
  const found = document.files.flatMap(({ file, problems, fixed }) => [
    ...fixed.map((problem) => renderProblem(file, problem, paint('green', 'fixed'))),
    ...problems.flatMap((problem) => [
      renderProblem(file, problem, paint(COLORS[problem.severity], problem.severity)),
      ...(problem.hint === undefined ? [] : wrapText('  ', sanitizeLine(problem.hint))),
    ]),
  ]);
  const left = new Set(document.files.flatMap(({ problems }) => problems.map(({ code }) => code)));
  const codes = Object.entries(document.codes).filter(([code]) => left.has(code));
  const explained = codes.flatMap(([code, { name, why, mend }]) => [
    '',
    `${code} ${name}`,
    ...wrapText('  why:  ', why),
    ...wrapText('  mend: ', mend),
  ]);
  const summary = [...(found.length > 0 ? [''] : []), renderSummary(document)];
  return [...found, ...explained, ...summary].map((line) => `${line}\n`).join('');
};

const renderProblem = (
  file: string,
  { line, column, message, code, path }: ProblemDocument,
  what: string,
): string =>
  `${sanitizeLine(file)}:${line}:${column}: ${what}: ${sanitizeLine(message)} [${code}] ${sanitizeLine(path)}`;

const renderSummary = ({ files, summary }: LintDocument): string => {
  const { errors, warnings, notes, fixable, fixed } = summary;
  const counts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(notes > 0 ? [plural(notes, 'note')] : []),
  ];
  const found = counts.length === 0 ? 'nothing found' : counts.join(', ');
  const mended = fixed > 0 ? `${plural(fixed, 'problem')} fixed, ` : '';
  const offer = fixable > 0 ? `; --fix mends ${fixable} of them` : '';
  return `${plural(files.length, 'file')}: ${mended}${found}${offer}`;
};
