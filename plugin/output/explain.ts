// `explain` for people: a profile on one screen, what is dangerous before what is not.
import { renderCall } from '../../src/profile/describe-rule.ts';
import { placeAmongRisks } from '../../src/profile/risks.ts';
import { argumentsOf } from './call-arguments.ts';
import type { DeviationDocument, ExplainedCallDocument, ExplanationDocument } from './explain-document.ts';
import { nameCalls, nameSome, tellOutcome, tellVariationBriefly } from './explain-words.ts';
import { sanitizeLine } from './sanitize.ts';
import { renderOutcome } from './verdict.ts';
import { cutToWidth } from './width.ts';
import { COLUMNS, wrapText, wrapWords } from './wrap.ts';

/** Renders what a profile is, what becomes of which calls, and how that compares. */
export const renderExplanation = (document: ExplanationDocument): string =>
  [
    ...renderHead(document),
    ...renderFates(document),
    ...renderConditional(document),
    ...renderRisks(document),
    ...renderCompatible(document),
    ...renderAgainstDefault(document),
    ...renderVariations(document),
  ]
    .map((line) => `${sanitizeLine(line)}\n`)
    .join('');

const renderHead = ({ file, architecture, calls, defaultAction }: ExplanationDocument): readonly string[] => {
  const { place, action } = defaultAction;
  const at = place === undefined ? '' : ` (line ${place.line})`;
  const isOpen = action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG';
  return [
    `${file}: ${isOpen ? 'a deny-list' : 'an allow-list'}; what it does not name ${tellOutcome(defaultAction)}${at}`,
    `Of the ${calls.length} system calls of ${architecture}:`,
  ];
};

/** What goes through is told at more length. */
const GROUPS_PASSING = 10;
const GROUPS_REFUSED = 4;

/** One row for each outcome, those that go through first. */
const renderFates = ({ calls }: ExplanationDocument): readonly string[] => {
  const rows = Map.groupBy(
    calls.filter(({ fate }) => fate !== 'conditional'),
    ({ fate, decision }) => `${FATES.indexOf(fate)} ${renderOutcome(decision)}`,
  );
  return [...rows.values()]
    .toSorted((a, b) => FATES.indexOf(a[0]!.fate) - FATES.indexOf(b[0]!.fate) || b.length - a.length)
    .flatMap((some) => {
      const how = some[0]!.fate === 'allowed' ? 'allowed' : renderOutcome(some[0]!.decision);
      return fillLines(
        `${String(some.length).padStart(5)} ${how}:`,
        nameCalls(some, calls, some[0]!.fate === 'refused' ? GROUPS_REFUSED : GROUPS_PASSING),
      );
    });
};

const FATES: readonly ExplainedCallDocument['fate'][] = ['allowed', 'logged', 'asked', 'refused'];

/** Fills lines below a title of any length. */
const fillLines = (title: string, words: readonly string[]): readonly string[] =>
  wrapWords(`${title} `, words, INDENT);

const INDENT = '      ';

const MOST_CONDITIONAL = 6;

const renderConditional = ({ calls, defaultAction }: ExplanationDocument): readonly string[] => {
  const some = calls.filter(({ fate }) => fate === 'conditional');
  if (some.length === 0) return [];
  const shown = some.slice(0, MOST_CONDITIONAL).map(({ syscall, rules }) => {
    const all = rules.map((rule) => `${renderOutcome(rule)} if ${rule.when}`).join('; ');
    return cutToWidth(`${INDENT}${syscall}: ${all}`, COLUMNS);
  });
  const others = some.slice(MOST_CONDITIONAL).map(({ syscall }) => syscall);
  return [
    `${String(some.length).padStart(5)} by their arguments, otherwise ${renderOutcome(defaultAction)}:`,
    ...shown,
    ...(others.length === 0 ? [] : wrapWords(`${INDENT}and `, nameSome(others, MOST_LISTED))),
  ];
};

const MOST_RISKS = 5;

const renderRisks = ({ calls }: ExplanationDocument): readonly string[] => {
  const risky = calls
    .filter(({ risk }) => risk !== undefined)
    .toSorted((a, b) => placeAmongRisks(a.syscall) - placeAmongRisks(b.syscall));
  const dangerous = Map.groupBy(
    risky.filter(({ risk }) => risk!.rank === 'dangerous'),
    ({ risk }) => risk!.sentence,
  );
  const told = [...dangerous].slice(0, MOST_RISKS);
  const untold = [...dangerous.values()].slice(MOST_RISKS).flat();
  const notable = risky.filter(({ risk }) => risk!.rank === 'notable').map(({ syscall }) => syscall);
  return [
    dangerous.size === 0 ? 'Nothing dangerous goes through.' : 'Dangerous, and let through:',
    ...told.flatMap(([sentence, some]) =>
      wrapText('  ! ', `${some.map(({ syscall }) => syscall).join(' ')}: ${sentence}`),
    ),
    ...(untold.length === 0
      ? []
      : wrapWords(
          '  ! ',
          nameSome(
            untold.map(({ syscall }) => syscall),
            MOST_LISTED,
          ),
        )),
    ...(notable.length === 0 ? [] : fillLines('Worth a thought:', nameSome(notable, MOST_LISTED))),
  ];
};

const MOST_LISTED = 8;

const WIDTHS: Readonly<Record<string, string>> = {
  SCMP_ARCH_X86: '32-bit programs',
  SCMP_ARCH_X32: 'x32 programs',
  SCMP_ARCH_ARM: '32-bit programs',
  SCMP_ARCH_S390: '31-bit programs',
  SCMP_ARCH_MIPSEL: '32-bit programs',
  SCMP_ARCH_MIPSEL64N32: 'n32 programs',
};

const renderCompatible = ({ compatible }: ExplanationDocument): readonly string[] => {
  const name = (one: { readonly architecture: string }): string =>
    WIDTHS[one.architecture] ?? one.architecture;
  const [covered, killed] = [true, false].map((wanted) => compatible.filter((one) => one.covered === wanted));
  const told = [
    ...(covered!.length === 0 ? [] : [`${covered!.map(name).join(' and ')} run under the same rules`]),
    ...killed!.map((one) => `${name(one)} are killed (no ${one.architecture})`),
  ];
  return told.length === 0 ? [] : [`${told.join(', ')}.`];
};

const renderAgainstDefault = ({ runtimeDefault }: ExplanationDocument): readonly string[] => {
  if (runtimeDefault === undefined) return [];
  const { name, wider, narrower } = runtimeDefault;
  const title = `Against RuntimeDefault (${name})`;
  if (wider.length + narrower.length === 0) return [`${title}: the same calls go through.`];
  const row = (words: string, some: typeof wider): readonly string[] =>
    some.length === 0
      ? []
      : fillLines(
          `${String(some.length).padStart(5)} more ${words}:`,
          nameSome(some.map(renderDeviation), MOST_LISTED),
        );
  return [`${title}:`, ...row('let through', wider), ...row('refused', narrower)];
};

const renderDeviation = ({ syscall, example }: DeviationDocument): string =>
  example === undefined ? syscall : renderCall(syscall, argumentsOf(example));

const MOST_VARIATIONS = 3;
const MOST_VARYING = 2;

const renderVariations = ({ variations, runtime, libseccomp }: ExplanationDocument): readonly string[] => {
  if (variations.length === 0) return [];
  const others = variations.slice(MOST_VARIATIONS).flatMap(({ syscalls }) => syscalls);
  return [
    `On other nodes than with ${runtime} and libseccomp ${libseccomp}:`,
    ...variations
      .slice(0, MOST_VARIATIONS)
      .flatMap((one) =>
        wrapText('  ', `${nameSome(one.syscalls, MOST_VARYING).join(' ')}: ${tellVariationBriefly(one)}`),
      ),
    ...(others.length === 0 ? [] : wrapWords('  also ', nameSome(others, MOST_VARYING))),
  ];
};
