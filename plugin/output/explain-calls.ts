// `explain FILE SYSCALL…` for people: what becomes of each call, by which lines, and what it would be good for.
import { describeGroup } from '../../src/profile/groups.ts';
import type { ExplainedCallDocument, ExplanationDocument } from './explain-document.ts';
import { tellOutcome, tellVariation } from './explain-words.ts';
import { sanitizeLine } from './sanitize.ts';
import type { PlaceDocument } from './verdict.ts';
import { wrapText } from './wrap.ts';

/** Renders each call that was asked for: a line of what happens, and the lines that say why. */
export const renderExplainedCalls = (document: ExplanationDocument): string =>
  document.calls
    .map((call) =>
      renderCall(call, document)
        .map((line) => `${sanitizeLine(line)}\n`)
        .join(''),
    )
    .join('\n');

const renderCall = (call: ExplainedCallDocument, document: ExplanationDocument): readonly string[] => {
  const { syscall, decision, rules, risk, group } = call;
  const { file, architecture, variations } = document;
  const at = (place: PlaceDocument | undefined): string =>
    place === undefined ? '' : `  ${file}:${place.line}:${place.column}`;
  const why = decision.by === 'default' ? ', by default' : WHY[decision.by];
  const fallback = `${tellOutcome(decision)}${why}${at(decision.place)}`;
  const varying = variations.filter(({ syscalls }) => syscalls.includes(syscall));
  const purpose = group === undefined ? undefined : describeGroup(group);
  const head = `${syscall} on ${architecture}`;
  return [
    ...(rules.length === 0
      ? [`${head} ${fallback}`]
      : [
          `${head} depends on its arguments${decision.certainty === 'exact' ? '' : ', in ways that libseccomp decides'}:`,
          ...rules.map((rule) => `  ${tellOutcome(rule)} if ${rule.when}${at(rule.place)}`),
          `  ${fallback}, otherwise`.replace(
            `, by default${at(decision.place)}, otherwise`,
            ` otherwise, by default${at(decision.place)}`,
          ),
        ]),
    ...varying.flatMap((one) => wrapText('  on other nodes: ', tellVariation(one))),
    ...(risk === undefined ? [] : wrapText(risk.rank === 'dangerous' ? '  ! ' : '  ', risk.sentence)),
    ...(group === undefined
      ? []
      : [`  one of ${group}${purpose === undefined ? '' : `: calls to ${purpose}`}`]),
  ];
};

const WHY: Readonly<Record<ExplainedCallDocument['decision']['by'], string>> = {
  rule: '',
  default: '',
  stub: ', as runc answers to numbers above all that the profile names',
  architecture: ', as the filter does not cover this way of calling',
};
