// One rule of a profile: which system calls, under which conditions, what happens.
import {
  ACTIONS,
  type Action,
  actionMeantBy,
  hintForAction,
  isAction,
  MAX_ERRNO,
  takesErrno,
  WHAT_ERRNO_0_DOES,
} from './actions.ts';
import { DOCKER_ARCHITECTURES, hintForDockerArchitecture } from './architectures.ts';
import { hintForCapability, parseCapability } from './capabilities.ts';
import { type DocumentNode, describe, type ObjectNode, quote } from './document.ts';
import { removeSibling, rewriteWord } from './fixes.ts';
import { readKernelVersion } from './kernel-version.ts';
import type { RuleFilter, SourceRule } from './oci.ts';
import type { ProfileFormat } from './prepared.ts';
import { readArgs } from './read-args.ts';
import { type Fields, readFields, readInteger, readString, readStrings, removeField } from './read-fields.ts';
import type { Report } from './report.ts';

const OCI_FIELDS = ['names', 'action', 'errnoRet', 'args'] as const;
const DOCKER_FIELDS = ['name', 'errno', 'comment', 'includes', 'excludes'] as const;

/** Every field a rule may have in any format. */
export const RULE_FIELDS: readonly string[] = [...OCI_FIELDS, ...DOCKER_FIELDS];

/** The fields of a rule that only Docker or containers/common read, so that a file with one is theirs. */
export const DOCKER_RULE_FIELDS: readonly string[] = DOCKER_FIELDS;

/** Reads one item of `syscalls`; undefined where it has a fault that leaves nothing to judge it by. */
export const readRule = (
  node: DocumentNode,
  format: ProfileFormat,
  report: Report,
): SourceRule | undefined => {
  if (node.kind !== 'object') {
    report.error('SP024', node, `wanted a rule, an object with "names" and "action", got ${describe(node)}`);
    return undefined;
  }
  const isSpo = format === 'spo';
  const missing = 'SeccompProfile objects have no such field: write the profile as JSON';
  const misplaced: Record<string, string> = {
    defaultAction: 'it belongs at the top',
    defaultErrnoRet: 'it belongs at the top',
    ...Object.fromEntries(['index', 'value', 'valueTwo', 'op'].map((name) => [name, 'it belongs in "args"'])),
    ...(isSpo ? Object.fromEntries(DOCKER_FIELDS.map((name) => [name, missing])) : {}),
  };
  const known = isSpo ? OCI_FIELDS : RULE_FIELDS;
  const fields = readFields(node, { what: 'a rule', known, misplaced }, report);
  const names = readNames(node, fields, format, report);
  const action = readAction(node, fields, report);
  const errno = readErrno(node, fields, action, report);
  const args = readArgs(fields.get('args')?.value, report);
  const includes = readFilter(fields.get('includes')?.value, 'includes', report);
  const excludes = readFilter(fields.get('excludes')?.value, 'excludes', report);
  if (action === undefined || args === undefined) return undefined;
  const single = fields.get('name')?.value;
  const isSingular = single?.kind === 'string' && single.value !== '';
  return {
    names,
    action,
    ...errno,
    args,
    ...(isSingular && { isSingular }),
    includes,
    excludes,
    at: node,
  };
};

const readNames = (
  rule: DocumentNode,
  fields: Fields,
  format: ProfileFormat,
  report: Report,
): readonly string[] => {
  const list = fields.get('names');
  const single = fields.get('name');
  const name = readString(single?.value, 'the name of a system call', report);
  const names = readStrings(list?.value, 'names of system calls', report);
  for (const { node, text } of names) checkName(node, text, report);
  checkRepetitions(list?.value, report);
  if (name && names.length > 0) {
    report.error(
      'SP114',
      single!.key,
      '"name" and "names" stand together; Docker and CRI-O refuse that: keep "names"',
    );
  }
  if (name) {
    checkName(single!.value, name, report);
    return [name];
  }
  if (list === undefined && single === undefined) {
    const wanted = format === 'docker' ? '"names" or "name"' : '"names"';
    report.error('SP112', rule, `${wanted} is missing: runc passes the rule over, crun refuses the profile`);
  } else if (single !== undefined && names.length === 0 && !isWrongType(single.value)) {
    report.error('SP113', single.value, 'wanted the name of a system call, got the empty string');
  } else if (
    list !== undefined &&
    names.length === 0 &&
    !isWrongType(list.value) &&
    isEmptyArray(list.value)
  ) {
    report.warning('SP203', list.value, 'a rule without names has no effect');
  }
  return names.map(({ text }) => text);
};

const checkRepetitions = (list: DocumentNode | undefined, report: Report): void => {
  if (list?.kind !== 'array') return;
  const seen = new Set<string>();
  for (const [index, item] of list.items.entries()) {
    if (item.kind !== 'string') continue;
    if (seen.has(item.value)) {
      const fix = removeSibling(report.text, list.items, index);
      report.note('SP214', item, `${quote(item.value)} stands in this rule before`, { fix });
    }
    seen.add(item.value);
  }
};

const isEmptyArray = (node: DocumentNode): boolean => node.kind === 'array' && node.items.length === 0;
const isWrongType = (node: DocumentNode): boolean => node.kind !== 'string' && node.kind !== 'array';

const checkName = (node: DocumentNode, name: string, report: Report): void => {
  if (name === '') {
    report.error('SP113', node, 'wanted the name of a system call, got the empty string, which runc refuses');
  } else if (!/^[a-z0-9_]+$/.test(name)) {
    report.warning(
      'SP202',
      node,
      `${quote(name)} does not look like a system call (a-z, 0-9 and _); runtimes pass over unknown names`,
    );
  }
};

const readAction = (rule: DocumentNode, fields: Fields, report: Report): Action | undefined => {
  const member = fields.get('action');
  if (member === undefined) {
    report.error('SP103', rule, `"action" is missing: one of ${ACTIONS.join(', ')}`);
    return undefined;
  }
  const text = readString(member.value, 'an action such as SCMP_ACT_ALLOW', report);
  if (text === undefined || isAction(text)) return text;
  reportUnknownAction(member.value, text, report);
  return undefined;
};

/** Reports an action that no runtime knows, with its fix where it is only spelt in another way. */
export const reportUnknownAction = (node: DocumentNode, text: string, report: Report): void => {
  const meant = actionMeantBy(text);
  report.error('SP102', node, `unknown action ${quote(text)}${hintForAction(text)}`, {
    fix: meant && rewriteWord(report.text, node, meant),
  });
};

const readErrno = (
  rule: ObjectNode,
  fields: Fields,
  action: Action | undefined,
  report: Report,
): { errnoRet?: number; errnoName?: string } => {
  const number = fields.get('errnoRet');
  const name = fields.get('errno');
  // From 65536 on runtimes cut the number to 16 bits: 65549 is 13, and 65536 lets the call "succeed".
  const value = readInteger(number?.value, { what: 'an errno', maximum: BigInt(MAX_ERRNO) }, report);
  const text = readString(name?.value, 'the name of an errno such as EPERM', report);
  const given = number ?? (text ? name : undefined);
  if (given !== undefined && action !== undefined && !takesErrno(action)) {
    report.error(
      'SP110',
      given.value,
      `an errno has no meaning with ${action}, and crun refuses it: remove it`,
      { fix: number && text ? undefined : removeField(rule, given, report) },
    );
  }
  if (value === 0n && !text) report.warning('SP213', number!.value, WHAT_ERRNO_0_DOES);
  return {
    ...(value === undefined ? {} : { errnoRet: Number(value) }),
    ...(text ? { errnoName: text } : {}),
  };
};

const NO_FILTER: RuleFilter = { capabilities: [], architectures: [] };

const readFilter = (node: DocumentNode | undefined, what: string, report: Report): RuleFilter => {
  if (node === undefined) return NO_FILTER;
  if (node.kind !== 'object') {
    report.error(
      'SP024',
      node,
      `wanted an object with "caps", "arches" or "minKernel", got ${describe(node)}`,
    );
    return NO_FILTER;
  }
  const fields = readFields(node, { what: `"${what}"`, known: ['caps', 'arches', 'minKernel'] }, report);
  const capabilities = readStrings(fields.get('caps')?.value, 'capabilities', report).map(
    ({ node: item, text }) => {
      const name = parseCapability(text);
      if (name === undefined)
        report.error('SP116', item, `unknown capability ${quote(text)}${hintForCapability(text)}`);
      else if (name !== text) {
        report.warning(
          'SP208',
          item,
          `${quote(text)} is taken for ${name} here; Docker and CRI-O never match it, so write ${name}`,
        );
      }
      return name ?? text;
    },
  );
  const architectures = readStrings(fields.get('arches')?.value, 'architectures', report).map(
    ({ node: item, text }) => {
      // A name that never matches silently drops the rule, or keeps it where it was to be left out.
      if (!DOCKER_ARCHITECTURES.includes(text)) {
        report.error(
          'SP117',
          item,
          `unknown architecture ${quote(text)} in "${what}"${hintForDockerArchitecture(text)}`,
        );
      }
      return text;
    },
  );
  const kernel = fields.get('minKernel')?.value;
  const text = readString(kernel, 'a kernel version in quotes, such as "4.8"', report);
  const minimumKernel = text === undefined || text === '' ? undefined : readKernelVersion(text);
  if (text && minimumKernel === undefined) {
    report.error('SP118', kernel!, `wanted a kernel version such as "4.8", got ${quote(text)}`);
  }
  return { capabilities, architectures, ...(minimumKernel === undefined ? {} : { minimumKernel }) };
};
