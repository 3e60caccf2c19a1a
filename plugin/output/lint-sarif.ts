// `lint -o sarif`: the OASIS format (2.1.0) that code hosts read to annotate pull requests.
import { sha256Of } from '../../src/bundle/manifest.ts';
import { CODES, type LintCode, THEMES } from '../../src/profile/lint/codes.ts';
import type { Problem, Severity } from '../../src/profile/problem.ts';
import type { LintedFile } from './lint-document.ts';
import { sanitizeJson } from './sanitize.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** Section 3.20.15: beside these there is only `none`. */
type Level = Severity;

/** Renders what is left to mend; `version` is this program's. */
export const renderSarif = (files: readonly LintedFile[], version: string): string => {
  const problems = files.flatMap((one) => one.problems);
  const codes = [...new Set(problems.map(({ code }) => code))].toSorted();
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kubectl-seccomp',
            version,
            informationUri: 'https://github.com/kubectl-seccomp/kubectl-seccomp',
            rules: codes.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        artifacts: files.map(({ file }) => ({ location: { uri: uriOf(file) } })),
        results: resultsOf(files, codes),
      },
    ],
  };
  return `${sanitizeJson(JSON.stringify(log, null, 2))}\n`;
};

const ruleOf = (code: LintCode) => {
  const { name, severity, why, mend } = CODES[code];
  return {
    id: code,
    name: name.replace(/(^|-)[a-z]/g, (letter) => letter.replace('-', '').toUpperCase()),
    shortDescription: { text: why },
    fullDescription: { text: why },
    help: { text: `${why} ${mend}` },
    defaultConfiguration: { level: severity satisfies Level },
    properties: { tags: ['seccomp', THEMES[code.slice(0, 3)] ?? ''].filter((tag) => tag !== '') },
  };
};

const resultsOf = (files: readonly LintedFile[], codes: readonly LintCode[]) => {
  const seen = new Map<string, number>();
  return files.flatMap(({ file, problems }, index) =>
    problems.map((problem) => {
      // By what it is and not where it stands: a line added above must not make it a new one.
      const identity = sha256Of(
        new TextEncoder().encode(JSON.stringify([file, problem.code, problem.path, problem.message])),
      );
      const repetition = seen.get(identity) ?? 0;
      seen.set(identity, repetition + 1);
      return {
        ruleId: problem.code,
        ruleIndex: codes.indexOf(problem.code),
        level: problem.severity satisfies Level,
        message: {
          text: problem.hint === undefined ? problem.message : `${problem.message}. ${problem.hint}`,
        },
        locations: [locationOf(file, index, problem)],
        partialFingerprints: { 'seccompProblem/v1': `${identity}:${repetition}` },
        ...(problem.fix && { fixes: [fixOf(file, index, problem)] }),
      };
    }),
  );
};

const locationOf = (file: string, index: number, { line, column, endColumn, path }: Problem) => ({
  physicalLocation: {
    artifactLocation: { uri: uriOf(file), index },
    region: {
      startLine: line,
      startColumn: column,
      ...(endColumn !== undefined && { endLine: line, endColumn }),
    },
  },
  logicalLocations: [{ fullyQualifiedName: path }],
});

const fixOf = (file: string, index: number, { code, fix = [] }: Problem) => ({
  description: { text: CODES[code].mend },
  artifactChanges: [
    {
      artifactLocation: { uri: uriOf(file), index },
      replacements: fix.map(({ offset, end, text }) => ({
        deletedRegion: { charOffset: offset, charLength: end - offset },
        insertedContent: { text },
      })),
    },
  ],
});

/** Makes a URI reference of a path: relative ones stay so, since code hosts look them up in the repository. */
const uriOf = (file: string): string => {
  const path = file.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  if (/^[A-Za-z]:\//.test(path)) return `file:///${encoded.replace('%3A', ':')}`;
  return path.startsWith('/') ? `file://${encoded}` : encoded;
};
