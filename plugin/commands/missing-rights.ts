// What is said of rights that are missing: all of them at once, and the command that prints the role for them. Verbs
// that change something ask before they write anything; the others when they were refused.
import { SeccompError } from '../../src/error.ts';
import {
  FLAG_RIGHTS,
  flagsWithRights,
  HAND_ON,
  nameInRight,
  nameOfResource,
  namespaceOfRight,
  RIGHTS,
  type Right,
  rightsWith,
  uniqueRights,
} from '../../src/rollout/rights.ts';
import type { Connected, ConnectOptions, Outside } from '../outside.ts';
import { connectOptions, DEFAULT_NAMESPACE, type Given } from './flags.ts';
import { interruptible } from './interruptible.ts';

interface Asked {
  readonly cluster: Connected;
  readonly connect: ConnectOptions;
  /** Those that take rights of their own, as `rbac` calls them. */
  readonly flags?: readonly string[];
}

/** Throws `api` with all that is missing where the verb could not be carried through. Writes nothing. */
export const refuseMissingRights = async (verb: string, asked: Asked, outside: Outside): Promise<void> => {
  const { flags = [] } = asked;
  const find = (wanted: readonly Right[]) =>
    interruptible(asked.cluster.access.findMissing(uniqueRights(wanted)), outside.signal);
  const missing = await find(rightsWith(verb, flags));
  if (missing.every(({ without }) => without !== undefined)) return;
  if (flags.includes('install') && (await mayInstall(missing, find))) return;
  const given = flags.map((flag) => ` --${flag}`).join('');
  throw new SeccompError(
    'api',
    `not allowed to do what ${verb}${given} takes:\n${renderMissing(missing, asked.connect.installNamespace)}`,
    { hint: `Nothing has been changed. ${await hintOf(verb, asked, outside)}` },
  );
};

/** Who may escalate need not have what they hand on. */
const mayInstall = async (
  missing: readonly Right[],
  find: (wanted: readonly Right[]) => Promise<readonly Right[]>,
): Promise<boolean> => {
  const isOfInstall = (right: Right): boolean => FLAG_RIGHTS.sync?.install?.includes(right) ?? false;
  return !missing.some(isOfInstall) && (await find(HAND_ON)).length === 0;
};

/** Returns a refusal (403) with all that the verb lacks as its hint; anything else as it was. */
export const explainRefusal = async (
  thrown: unknown,
  verb: string,
  given: Given,
  outside: Outside,
): Promise<unknown> => {
  if (RIGHTS[verb] === undefined || !isForbidden(thrown) || outside.signal.aborted) return thrown;
  const connect = connectOptions(given);
  const cluster = await outside.connect(connect);
  const flags = flagsWithRights(verb, (flag) => given[flag] === true);
  const wanted = uniqueRights(rightsWith(verb, flags));
  const missing = await interruptible(cluster.access.findMissing(wanted), outside.signal);
  if (missing.length === 0) return thrown;
  const all = `All that is missing for ${verb}:\n${renderMissing(missing, connect.installNamespace)}`;
  return new SeccompError('api', thrown.message, {
    hint: `${all}\n${await hintOf(verb, { cluster, connect, flags }, outside)}`,
    cause: thrown,
  });
};

const isForbidden = (thrown: unknown): thrown is SeccompError =>
  thrown instanceof SeccompError && 'status' in thrown && thrown.status === 403;

/** Puts together what has the same verbs in the same place; what the verb can do without comes last, with what is lost. */
const renderMissing = (missing: readonly Right[], installNamespace: string): string => {
  const resources = Map.groupBy(missing, (right) =>
    [nameOfResource(right), right.scope, right.isOfSync ?? '', right.without ?? ''].join('\0'),
  );
  const lines = Map.groupBy(resources.values(), ([right, ...others]) =>
    [
      [right, ...others].map((one) => one?.verb).join(', '),
      right?.scope,
      right?.isOfSync ?? '',
      right?.without ?? '',
    ].join('\0'),
  );
  const rendered = [...lines.values()].map((of) => {
    const [rights = []] = of;
    const [first] = rights;
    if (first === undefined) return '';
    const namespace = namespaceOfRight(first, installNamespace);
    const name = nameInRight(first, installNamespace);
    const place = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
    const where = first.isOfSync ? `${name} ${place}` : (name ?? place);
    const verbs = rights.map(({ verb }) => verb).join(', ');
    const names = of.flatMap(([right]) => (right ? nameOfResource(right) : [])).join(', ');
    return `  ${verbs} ${names} ${where}${first.without === undefined ? '' : ` (without it ${first.without})`}`;
  });
  const isNeeded = (line: string): boolean => !line.includes(' (without it ');
  return [...rendered.filter(isNeeded), ...rendered.filter((line) => !isNeeded(line))].join('\n');
};

const hintOf = async (verb: string, asked: Asked, outside: Outside): Promise<string> => {
  const { installNamespace } = asked.connect;
  const words = [
    outside.programName,
    'rbac',
    verb,
    ...(asked.flags ?? []).map((flag) => `--${flag}`),
    ...subjectFlag(await asked.cluster.whoAmI().catch(() => '')),
    ...(installNamespace === DEFAULT_NAMESPACE ? [] : ['--install-namespace', installNamespace]),
  ];
  return `This prints the role for it, for whoever may grant it: ${words.join(' ')}`;
};

const subjectFlag = (user: string): readonly string[] => {
  const [, account] = /^system:serviceaccount:([^:]+:[^:]+)$/.exec(user) ?? [];
  if (account !== undefined) return ['--serviceaccount', account];
  // Anything else would have to be quoted for a shell.
  return /^[\w@.:/-]+$/.test(user) && user !== 'unknown' ? ['--user', user] : [];
};
