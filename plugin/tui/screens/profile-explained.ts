// What is said beside a profile's source: of a call, of the chosen line, and of the whole.
import type { EvaluationDocument, VerdictAnswerDocument } from '../../output/documents.ts';
import type { ExplainedCallDocument, ExplanationDocument } from '../../output/explain-document.ts';
import type { ProblemDocument } from '../../output/lint-document.ts';
import { plural } from '../../output/rollout-result.ts';
import { renderOutcome } from '../../output/verdict.ts';
import { type DecidedCall, ruleAtLine, rulesOf } from '../explained.ts';
import { EMPTY, type Line, line, type Tone, wrap } from '../line.ts';
import { memoize } from '../memo.ts';

const BY: Readonly<Record<VerdictAnswerDocument['by'], string>> = {
  rule: '',
  default: ', by the default',
  stub: ", by runc's answer to numbers above all that are named",
  architecture: ', as the filter does not cover this way of calling',
};

/** Says what becomes of a call. */
export const explainCall = (
  call: string,
  { document, error }: { readonly document?: EvaluationDocument; readonly error?: string },
  width: number,
): readonly Line[] => {
  if (document === undefined) return wrap(`${call}: ${error ?? '…'}`, width, error ? 'bad' : 'dim');
  const tone: Tone = document.fate === 'goes through' ? 'good' : document.fate === 'refused' ? 'bad' : 'warn';
  const [only, ...others] = document.answers.map((answer) => describeAnswer(document, answer));
  if (only !== undefined && others.length === 0)
    return wrap(`${call}: ${document.fate}, ${only}`, width, tone);
  return [
    line(`${call}: ${document.fate}`, tone),
    ...[only ?? '', ...others].flatMap((answer) => wrap(`  ${answer}`, width)),
  ];
};

const describeAnswer = ({ answers }: EvaluationDocument, answer: VerdictAnswerDocument): string => {
  const { runtimes, libseccomp, place, by, certainty } = answer;
  const at = place === undefined ? '' : `, line ${place.line}`;
  const on =
    answers.length === 1 ? '' : ` under ${runtimes.join(' or ')}, libseccomp ${libseccomp.join(' or ')}`;
  const sure = certainty === 'exact' ? '' : ', probably';
  return `${renderOutcome(answer)}${BY[by]}${at}${sure}${on}`;
};

/** Says what lint found on a line, and what the rule there decides. */
export const explainLine = (
  document: ExplanationDocument,
  problems: readonly ProblemDocument[],
  at: number,
  width: number,
): readonly Line[] => {
  const found = problems.filter((one) => one.line === at);
  const rule = ruleAtLine(rulesOf(document), at, Number.POSITIVE_INFINITY);
  return [
    ...found.flatMap(({ severity, code, message, hint }) => [
      ...wrap(
        `${severity} ${code}: ${message}`,
        width,
        severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'dim',
      ),
      ...(hint === undefined ? [] : wrap(`  ${hint}`, width, 'dim')),
    ]),
    ...(found.length > 0 ? [EMPTY] : []),
    ...(rule === undefined ? [] : [...explainRule(rule.path, rule.line, rule.calls, width), EMPTY]),
  ];
};

const explainRule = (
  path: string,
  at: number,
  calls: readonly DecidedCall[],
  width: number,
): readonly Line[] => {
  const byOutcome = Map.groupBy(
    calls,
    ({ when, ...outcome }) => `${renderOutcome(outcome)}${when === undefined ? '' : ` where ${when}`}`,
  );
  const what = path.includes('syscalls[')
    ? `Rule ${path.replace(/^\$\./, '')}, from line ${at}`
    : `Line ${at}, ${path.replace(/^\$\./, '')}`;
  return [
    line(`${what}, decides ${plural(new Set(calls.map(({ call }) => call.syscall)).size, 'call')}:`, 'title'),
    ...[...byOutcome].flatMap(([outcome, ones]) => [
      ...wrap(outcome, width, outcome.startsWith('ALLOW') || outcome.startsWith('LOG') ? 'good' : 'bad'),
      ...wrap(`  ${ones.map(({ call }) => call.syscall).join(' ')}`, width),
    ]),
  ];
};

/** Says what the whole profile does. */
export const explainWhole = memoize((document: ExplanationDocument, width: number): readonly Line[] => {
  const { calls, defaultAction, runtimeDefault } = document;
  const dangerous = calls.filter((one) => one.risk?.rank === 'dangerous' && one.fate !== 'refused');
  const byRisk = Map.groupBy(dangerous, ({ risk }) => risk?.sentence ?? '');
  return [
    line(`The profile, on ${document.architecture}:`, 'title'),
    ...wrap(`what it does not name: ${renderOutcome(defaultAction)}`, width),
    ...(['allowed', 'logged', 'conditional', 'asked', 'refused'] as const).flatMap((fate) =>
      countLine(calls, fate),
    ),
    ...(runtimeDefault === undefined
      ? []
      : wrap(
          `against RuntimeDefault: ${runtimeDefault.wider.length} more let through, ${runtimeDefault.narrower.length} more refused`,
          width,
          runtimeDefault.wider.length > 0 ? 'warn' : 'good',
        )),
    ...(byRisk.size === 0 ? [] : [EMPTY, line('Dangerous, and let through:', 'bad')]),
    ...[...byRisk].flatMap(([sentence, ones]) => [
      ...wrap(`! ${ones.map(({ syscall }) => syscall).join(' ')}`, width, 'bad'),
      ...wrap(`  ${sentence}`, width, 'dim'),
    ]),
  ];
});

const countLine = (
  calls: readonly ExplainedCallDocument[],
  fate: ExplainedCallDocument['fate'],
): readonly Line[] => {
  const count = calls.filter((one) => one.fate === fate).length;
  const words = {
    allowed: 'allowed',
    logged: 'allowed and logged',
    conditional: 'by their arguments',
    asked: 'handed to somebody else',
    refused: 'refused',
  };
  return count === 0
    ? []
    : [
        line(
          `  ${String(count).padStart(4)} ${words[fate]}`,
          fate === 'refused' ? 'bad' : fate === 'allowed' ? 'good' : 'warn',
        ),
      ];
};
