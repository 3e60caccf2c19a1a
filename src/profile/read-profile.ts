// From a document to a profile's values. Everything that a runtime would refuse, ignore or take otherwise than it is
// written is reported; what is sound comes back, so that the checks after this one have as much to go by as there is.
import { ACTIONS, type Action, isAction, MAX_ERRNO, takesErrno, WHAT_ERRNO_0_DOES } from './actions.ts';
import {
  hintForSeccompArchitecture,
  isSeccompArchitecture,
  seccompArchitectureMeantBy,
  UNUSABLE_ARCHITECTURES,
} from './architectures.ts';
import { type DocumentNode, describe, type ObjectNode, quote } from './document.ts';
import { rewriteWord } from './fixes.ts';
import { type Flag, flagMeantBy, hintForFlag, isFlag, whoRefusesFlag } from './flags.ts';
import type { ArchMapEntry, ListedArchitecture, SourceProfile, SourceRule } from './oci.ts';
import type { ProfileFormat } from './prepared.ts';
import {
  type Fields,
  readArray,
  readFields,
  readInteger,
  readString,
  readStrings,
  removeField,
} from './read-fields.ts';
import { RULE_FIELDS, readRule, reportUnknownAction } from './read-rule.ts';
import type { Report } from './report.ts';

const FIELDS = [
  ...[
    'defaultAction',
    'defaultErrnoRet',
    'architectures',
    'flags',
    'listenerPath',
    'listenerMetadata',
    'syscalls',
  ],
] as const;
const DOCKER_FIELDS = ['archMap', 'defaultErrno'] as const;
/** Read where an SPO object is read; `targetWorkload` (v1alpha1) only grouped profiles. */
const SPO_FIELDS = ['state', 'disabled', 'baseProfileName', 'targetWorkload'] as const;

/** The names by which a file is recognised as a profile at all. */
export const PROFILE_FIELDS: readonly string[] = [...FIELDS, ...DOCKER_FIELDS];

const NO_SPO = 'SeccompProfile objects have no such field: write the profile as JSON';

/** Reads the object that holds a profile: the root of a JSON file, or `spec` of a SeccompProfile. */
export const readProfile = (
  node: ObjectNode,
  format: ProfileFormat,
  report: Report,
): SourceProfile | undefined => {
  const known = [...FIELDS, ...(format === 'spo' ? SPO_FIELDS : DOCKER_FIELDS)];
  const misplaced = Object.fromEntries([
    ...RULE_FIELDS.filter((name) => name !== 'comment').map((name) => [
      name,
      'it belongs in a rule of "syscalls"',
    ]),
    ...(format === 'spo' ? DOCKER_FIELDS.map((name) => [name, NO_SPO]) : []),
  ]);
  const what = format === 'spo' ? 'the spec' : 'the profile';
  const fields = readFields(node, { what, known, misplaced }, report);
  const value = (name: string): DocumentNode | undefined => fields.get(name)?.value;
  const defaultAction = readDefaultAction(node, fields, report);
  const defaults = readDefaultErrno(node, fields, defaultAction, format, report);
  if (
    fields.has('architectures') &&
    fields.has('archMap') &&
    !isEmpty(value('archMap')) &&
    !isEmpty(value('architectures'))
  ) {
    const message =
      '"architectures" and "archMap" stand together; Docker and CRI-O refuse that: keep one of them';
    report.error('SP114', fields.get('archMap')!.key, message);
  }
  const listenerPath = readString(value('listenerPath'), 'the path of a socket', report);
  const listenerMetadata = readString(value('listenerMetadata'), 'a string', report);
  const profile = {
    architectures: readArchitectures(value('architectures'), report),
    archMap: readArchMap(value('archMap'), report),
    flags: readFlags(value('flags'), report),
    ...defaults,
    ...(listenerPath ? { listenerPath } : {}),
    ...(listenerMetadata ? { listenerMetadata } : {}),
    rules: readRules(value('syscalls'), format, report),
  };
  checkListener(fields, profile, report);
  const defaultAt = value('defaultAction');
  return defaultAction === undefined || defaultAt === undefined
    ? undefined
    : { ...profile, defaultAction, defaultAt };
};

const isEmpty = (node: DocumentNode | undefined): boolean =>
  node?.kind === 'array' && node.items.length === 0;

const readDefaultAction = (node: ObjectNode, fields: Fields, report: Report): Action | undefined => {
  const member = fields.get('defaultAction');
  if (member === undefined) {
    // runc takes {} for "no filter at all", and starts the container unconfined.
    report.error(
      'SP101',
      node,
      `"defaultAction" is missing: what happens to all other system calls; one of ${ACTIONS.join(', ')}`,
    );
    return undefined;
  }
  const text = readString(member.value, 'an action such as SCMP_ACT_ERRNO', report);
  if (text === undefined) return undefined;
  if (!isAction(text)) {
    reportUnknownAction(member.value, text, report);
    return undefined;
  }
  if (text === 'SCMP_ACT_NOTIFY') {
    // The agent could never answer its own calls; runc refuses it, crun dies of it.
    report.error('SP701', member.value, 'SCMP_ACT_NOTIFY cannot be the default action: runtimes refuse it');
  }
  return text;
};

const readDefaultErrno = (
  node: ObjectNode,
  fields: Fields,
  action: Action | undefined,
  format: ProfileFormat,
  report: Report,
): { defaultErrnoRet?: number; defaultErrnoName?: string } => {
  const number = fields.get('defaultErrnoRet');
  const name = fields.get('defaultErrno');
  const value = readInteger(number?.value, { what: 'an errno', maximum: BigInt(MAX_ERRNO) }, report);
  const text = readString(name?.value, 'the name of an errno such as ENOSYS', report);
  const given = number ?? (text ? name : undefined);
  if (given !== undefined && action !== undefined && !takesErrno(action)) {
    report.error(
      'SP110',
      given.value,
      `an errno has no meaning with the default action ${action}, and crun refuses it: remove it`,
      { fix: number && text ? undefined : removeField(node, given, report) },
    );
  }
  if (value === 0n && !text) report.warning('SP213', number!.value, WHAT_ERRNO_0_DOES);
  if (number !== undefined && format === 'spo') {
    const message =
      'the Security Profiles Operator drops "defaultErrnoRet" (SeccompProfile has no such field); here it counts';
    report.warning('SP212', number.key, message);
  }
  return {
    ...(value === undefined ? {} : { defaultErrnoRet: Number(value) }),
    ...(text ? { defaultErrnoName: text } : {}),
  };
};

/** Reads one seccomp architecture. */
const readArchitecture = (node: DocumentNode, report: Report): ListedArchitecture | undefined => {
  const text = readString(node, 'an architecture such as SCMP_ARCH_X86_64', report);
  if (text === undefined) return undefined;
  if (isSeccompArchitecture(text)) return { name: text, at: node };
  const message = UNUSABLE_ARCHITECTURES.includes(text)
    ? `${quote(text)} stands in the specification, but runc refuses it; leave it out (the node's own is always covered)`
    : `unknown architecture ${quote(text)}${hintForSeccompArchitecture(text)}`;
  const meant = seccompArchitectureMeantBy(text);
  report.error(UNUSABLE_ARCHITECTURES.includes(text) ? 'SP106' : 'SP105', node, message, {
    fix: meant && rewriteWord(report.text, node, meant),
  });
  return undefined;
};

const readArchitectures = (node: DocumentNode | undefined, report: Report): readonly ListedArchitecture[] =>
  (readArray(node, 'an array of architectures', report) ?? [])
    .map((item) => readArchitecture(item, report))
    .filter((architecture) => architecture !== undefined);

const readArchMap = (node: DocumentNode | undefined, report: Report): readonly ArchMapEntry[] => {
  const entries: ArchMapEntry[] = [];
  for (const item of readArray(node, 'an array of objects', report) ?? []) {
    if (item.kind !== 'object') {
      report.error(
        'SP024',
        item,
        `wanted an object with "architecture" and "subArchitectures", got ${describe(item)}`,
      );
      continue;
    }
    const what = 'an entry of archMap';
    const fields = readFields(item, { what, known: ['architecture', 'subArchitectures'] }, report);
    const main = fields.get('architecture')?.value;
    if (main === undefined) report.error('SP105', item, `"architecture" is missing in ${what}`);
    const architecture = main && readArchitecture(main, report);
    const subArchitectures = readArchitectures(fields.get('subArchitectures')?.value, report);
    if (
      architecture !== undefined &&
      entries.some((entry) => entry.architecture.name === architecture.name)
    ) {
      report.warning('SP209', item, `${architecture.name} has an entry before this one, which alone counts`);
    }
    if (architecture !== undefined) entries.push({ architecture, subArchitectures });
  }
  return entries;
};

const readFlags = (node: DocumentNode | undefined, report: Report): readonly Flag[] => {
  const flags: Flag[] = [];
  for (const { node: item, text } of readStrings(node, 'flags', report)) {
    if (isFlag(text)) {
      flags.push(text);
      report.warning('SP108', item, `${text}: ${whoRefusesFlag(text)} refuses to start a container with it`);
    } else {
      const meant = flagMeantBy(text);
      report.error('SP107', item, `unknown flag ${quote(text)}${hintForFlag(text)}`, {
        fix: meant && rewriteWord(report.text, item, meant),
      });
    }
  }
  return flags;
};

const readRules = (
  node: DocumentNode | undefined,
  format: ProfileFormat,
  report: Report,
): readonly SourceRule[] =>
  (readArray(node, 'an array of rules', report) ?? [])
    .map((item) => readRule(item, format, report))
    .filter((rule) => rule !== undefined);

const checkListener = (
  fields: Fields,
  { listenerPath, rules }: { readonly listenerPath?: string; readonly rules: readonly SourceRule[] },
  report: Report,
): void => {
  const notifying = rules.filter((rule) => rule.action === 'SCMP_ACT_NOTIFY');
  const path = fields.get('listenerPath');
  for (const rule of notifying) {
    // Without a socket runc refuses to start; with crun every such call fails with ENOSYS.
    if (!listenerPath)
      report.error(
        'SP702',
        rule.at,
        'SCMP_ACT_NOTIFY needs "listenerPath", the socket of who is to be notified',
      );
    // runc hands the listener over with write(2): it would wait for itself.
    if (rule.names.includes('write'))
      report.error('SP703', rule.at, 'SCMP_ACT_NOTIFY cannot be used for write: runtimes refuse it');
  }
  if (path === undefined || !listenerPath) {
    const metadata = fields.get('listenerMetadata');
    if (metadata)
      report.warning('SP705', metadata.key, '"listenerMetadata" has no meaning without "listenerPath"');
    return;
  }
  if (!listenerPath.startsWith('/'))
    report.warning('SP706', path.value, `${quote(listenerPath)} is not an absolute path`);
  if (notifying.length === 0) {
    report.warning(
      'SP704',
      path.key,
      'no rule notifies, so runc passes "listenerPath" over; crun still wants its socket to exist',
    );
  }
};
