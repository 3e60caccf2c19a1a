// Text from a node -> Report. A node's words are hostile until parsed: whoever owns a node can write anything into a
// termination message. Strings are kept as data; whoever prints them strips control characters.
import { takeBundleName, takeDigest16 } from './parse-request.ts';
import type {
  BundleOnDisk,
  Drift,
  GenerationOnDisk,
  Inspection,
  NodeErrorCode,
  NodeFacts,
  Outcome,
  Report,
} from './report.ts';
import { MAXIMUM_REPORT_BYTES } from './report.ts';
import {
  parseJson,
  refusal,
  refuseOtherVersion,
  takeBoolean,
  takeCount,
  takeList,
  takeMatch,
  takeObject,
  takeOptional,
  takeSha256,
  takeString,
  takeWord,
} from './shape.ts';

/** Records, so that the compiler demands a new word here too. */
const OUTCOMES: Readonly<Record<Outcome, true>> = {
  installed: true,
  unchanged: true,
  repaired: true,
  switched: true,
  removed: true,
  absent: true,
  pruned: true,
  inspected: true,
  failed: true,
};
const ERROR_CODES: Readonly<Record<NodeErrorCode, true>> = {
  request: true,
  bundle: true,
  architecture: true,
  stale: true,
  foreign: true,
  clash: true,
  damaged: true,
  'wrong-root': true,
  'no-space': true,
  'read-only': true,
  permission: true,
  interrupted: true,
  disk: true,
  internal: true,
};
const DRIFT_KINDS: readonly Drift['kind'][] = ['missing', 'changed', 'mode', 'owner', 'extra', 'not-a-file'];
const wordsOf = <Word extends string>(words: Readonly<Record<Word, true>>) => Object.keys(words) as Word[];

const MAXIMUM_ITEMS = 10_000;
/** NAME_MAX of Linux is 255 bytes; a drifted path may be deep. */
const MAXIMUM_PATH = 4096;

/** Parses a termination message; throws `protocol` for anything that the program on the node would not write. */
export const parseReport = (text: string): Report => {
  const where = 'the report';
  // No kubelet hands on more; whatever is longer was not cut by one.
  if (text.length > MAXIMUM_REPORT_BYTES)
    throw refusal(`the length of ${where}`, text.length, `at most ${MAXIMUM_REPORT_BYTES} was`);
  const value = parseJson(text, where);
  refuseOtherVersion(value, where);
  const fields = takeObject(value, where, [
    'version',
    'operation',
    'outcome',
    'digest',
    'previousDigest',
    'revision',
    'profiles',
    'bytes',
    'durationMs',
    'at',
    'facts',
    'error',
    'pruned',
    'generations',
    'inspection',
    'isInspectionInLog',
  ]);
  const report: Report = {
    version: 1,
    operation: takeWord(fields.operation, `${where}.operation`, ['install', 'remove', 'prune', 'inspect']),
    outcome: takeWord(fields.outcome, `${where}.outcome`, wordsOf(OUTCOMES)),
    ...takeOptional(fields, 'digest', where, takeSha256),
    ...takeOptional(fields, 'previousDigest', where, takeSha256),
    ...takeOptional(fields, 'revision', where, takeCount),
    ...takeOptional(fields, 'profiles', where, takeCount),
    ...takeOptional(fields, 'bytes', where, takeCount),
    durationMs: takeCount(fields.durationMs, `${where}.durationMs`),
    ...takeOptional(fields, 'at', where, (item, path) => takeString(item, path, 40)),
    facts: takeFacts(fields.facts, `${where}.facts`),
    ...takeOptional(fields, 'error', where, takeError),
    ...takeOptional(fields, 'pruned', where, takeCount),
    ...takeOptional(fields, 'generations', where, (list, path) =>
      takeList(list, path, MAXIMUM_ITEMS, takeDigest16),
    ),
    ...takeOptional(fields, 'inspection', where, takeInspection),
    ...takeOptional(fields, 'isInspectionInLog', where, takeBoolean),
  };
  // A failure without words, or words without a failure, would be shown as a success somewhere.
  if ((report.outcome === 'failed') !== (report.error !== undefined)) {
    throw refusal(
      `${where}.error`,
      fields.error,
      `an error exactly where the outcome is failed (it is ${report.outcome}) was`,
    );
  }
  return report;
};

/** Finds the inspection in a Pod's log: its last line that begins with `{"inspection":`; throws `protocol` without one. */
export const parseInspectionLog = (log: string): Inspection => {
  const line = log.split('\n').findLast((candidate) => candidate.startsWith('{"inspection":'));
  if (line === undefined) throw refusal('the log', log, 'a line that begins with {"inspection": was');
  const fields = takeObject(parseJson(line, 'the inspection'), 'the log line', ['inspection']);
  return takeInspection(fields.inspection, 'the inspection');
};

const takeFacts = (value: unknown, where: string): NodeFacts => {
  const fields = takeObject(value, where, ['architecture', 'kernel', 'bootId', 'actionsAvailable']);
  return {
    architecture: takeString(fields.architecture, `${where}.architecture`, 40),
    kernel: takeString(fields.kernel, `${where}.kernel`, 200),
    ...takeOptional(fields, 'bootId', where, (item, path) => takeString(item, path, 64)),
    ...takeOptional(fields, 'actionsAvailable', where, (list, path) =>
      takeList(list, path, 64, (item, itemPath) => takeString(item, itemPath, 64)),
    ),
  };
};

const takeError = (value: unknown, where: string) => {
  const fields = takeObject(value, where, ['code', 'message']);
  return {
    code: takeWord(fields.code, `${where}.code`, wordsOf(ERROR_CODES)),
    message: takeString(fields.message, `${where}.message`),
  };
};

const takeInspection = (value: unknown, where: string): Inspection => {
  const fields = takeObject(value, where, ['bundles', 'foreign', 'leftovers']);
  return {
    bundles: takeList(fields.bundles, `${where}.bundles`, MAXIMUM_ITEMS, takeBundle),
    foreign: takeNames(fields.foreign, `${where}.foreign`),
    leftovers: takeNames(fields.leftovers, `${where}.leftovers`),
  };
};

const takeNames = (value: unknown, where: string): string[] =>
  takeList(value, where, MAXIMUM_ITEMS, (item, path) => takeString(item, path, MAXIMUM_PATH));

const takeBundle = (value: unknown, where: string): BundleOnDisk => {
  const fields = takeObject(value, where, [
    'name',
    'current',
    'revision',
    'installedAt',
    'generations',
    'problems',
  ]);
  return {
    name: takeBundleName(fields.name, `${where}.name`),
    ...takeOptional(fields, 'current', where, (item, path) =>
      takeMatch(item, path, /^[a-z0-9-]{1,40}@[0-9a-f]{16}$/, 'the name of a generation'),
    ),
    ...takeOptional(fields, 'revision', where, takeCount),
    ...takeOptional(fields, 'installedAt', where, (item, path) => takeString(item, path, 40)),
    generations: takeList(fields.generations, `${where}.generations`, MAXIMUM_ITEMS, takeGeneration),
    problems: takeNames(fields.problems, `${where}.problems`),
  };
};

const takeGeneration = (value: unknown, where: string): GenerationOnDisk => {
  const fields = takeObject(value, where, ['digest', 'state', 'drift']);
  return {
    digest: takeMatch(fields.digest, `${where}.digest`, /^(?:[0-9a-f]{16}|[0-9a-f]{64})$/, 'a digest'),
    state: takeWord(fields.state, `${where}.state`, ['intact', 'drifted', 'damaged']),
    drift: takeList(fields.drift, `${where}.drift`, MAXIMUM_ITEMS, takeDrift),
  };
};

const takeDrift = (value: unknown, where: string): Drift => {
  const fields = takeObject(value, where, ['path', 'kind']);
  return {
    path: takeString(fields.path, `${where}.path`, MAXIMUM_PATH),
    kind: takeWord(fields.kind, `${where}.kind`, DRIFT_KINDS),
  };
};
