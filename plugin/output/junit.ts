// `verify -o junit`: the XML that pipelines show as test results. A bundle is a suite, a node a case; what was found is
// a failure, what could not be told an error.
import type { NodeVerdictDocument, VerdictDocument, VerifyDocument } from './documents.ts';
import { describeFound } from './verify-result.ts';

interface Case {
  readonly node: NodeVerdictDocument;
  readonly verdict: VerdictDocument;
}

/** Renders the verdicts. */
export const renderJunit = ({ nodes }: VerifyDocument): string => {
  const cases = nodes.flatMap((node) => node.bundles.map((verdict): Case => ({ node, verdict })));
  const names = [...new Set(cases.map(({ verdict }) => verdict.name))].sort();
  const suites = names.map((name) =>
    renderSuite(
      name,
      cases.filter(({ verdict }) => verdict.name === name),
    ),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kubectl seccomp verify" ${renderCounts(cases)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
};

const renderSuite = (bundle: string, cases: readonly Case[]): string =>
  [
    `  <testsuite name="${escapeXml(bundle)}" ${renderCounts(cases)}>`,
    ...cases.map(renderCase),
    '  </testsuite>',
  ].join('\n');

const renderCase = ({ node, verdict }: Case): string => {
  const head = `    <testcase classname="${escapeXml(verdict.name)}" name="${escapeXml(node.name)}"`;
  if (verdict.state === 'in-sync') return `${head}/>`;
  const element = isError(verdict) ? 'error' : 'failure';
  const message = escapeXml(describeFound(node, verdict, true));
  return [
    `${head}>`,
    `      <${element} type="${escapeXml(verdict.state)}" message="${message}"/>`,
    '    </testcase>',
  ].join('\n');
};

const renderCounts = (cases: readonly Case[]): string => {
  const errors = cases.filter(({ verdict }) => isError(verdict)).length;
  const good = cases.filter(({ verdict }) => verdict.state === 'in-sync').length;
  return `tests="${cases.length}" failures="${cases.length - good - errors}" errors="${errors}"`;
};

const isError = ({ state }: VerdictDocument): boolean => state === 'unknown';

/** XML 1.0 has no way to write control characters; those that hide or reorder text go the same way. */
const escapeXml = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
