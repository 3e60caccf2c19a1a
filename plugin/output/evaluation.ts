// `eval`: what a profile says to one call, in words, with the place in the file that said it.
import type { EvaluationDocument, VerdictAnswerDocument } from './documents.ts';
import { sanitizeLine } from './sanitize.ts';
import { renderOutcome } from './verdict.ts';

/** Renders one line per answer; the place comes last, in the form that editors and terminals link. */
export const renderEvaluation = (document: EvaluationDocument): string =>
  document.answers.map((answer) => `${sanitizeLine(renderAnswer(document, answer))}\n`).join('');

const renderAnswer = (
  { file, syscall, arguments: args, architecture, answers }: EvaluationDocument,
  answer: VerdictAnswerDocument,
): string => {
  const { runtimes, libseccomp, through, place } = answer;
  const call = `${syscall}(${Object.entries(args)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')})`;
  // What all answers share tells none of them apart.
  const isByRuntime = answers.some((one) => one.runtimes.join() !== runtimes.join()) || runtimes.length === 1;
  const isByLibrary = answers.some((one) => one.libseccomp.join() !== libseccomp.join());
  const where = [
    through === undefined ? '' : ` through ${through}`,
    ` on ${architecture}`,
    isByRuntime ? ` under ${runtimes.join(' or ')}` : '',
    isByLibrary ? ` with libseccomp ${libseccomp.join(' or ')}` : '',
  ].join('');
  const at = place === undefined ? '' : `  ${file}:${place.line}:${place.column}`;
  return `${call}${where}: ${renderOutcome(answer)}${REASONS[answer.by]}${CERTAINTIES[answer.certainty]}${at}`;
};

const REASONS: Readonly<Record<VerdictAnswerDocument['by'], string>> = {
  rule: '',
  default: ', the default',
  stub: ", runc's answer to numbers above all that the profile names",
  architecture: ', as the filter does not cover this way of calling',
};

const CERTAINTIES: Readonly<Record<VerdictAnswerDocument['certainty'], string>> = {
  exact: '',
  'libseccomp-decides': ', probably: several rules meet here, and libseccomp decides which one counts',
};
