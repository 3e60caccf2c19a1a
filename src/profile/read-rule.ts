// One rule of a profile: which system calls, under which conditions, what happens.
import {
  ACTIONS,
  type Action,
  hintForAction,
  isAction,
  MAX_ERRNO,
  takesErrno,
  WHAT_ERRNO_0_DOES,
} from './actions.ts';
import { DOCKER_ARCHITECTURES, hintForDockerArchitecture } from './architectures.ts';
import { hintForCapability, parseCapability } from './capabilities.ts';
import { type DocumentNode, describe, quote } from './document.ts';
import { readKernelVersion } from './kernel-version.ts';
import type { Condition, RuleFilter, SourceRule } from './oci.ts';
import { hintForOperator, isOperator, OPERATORS, type Operator } from './operators.ts';
import type { ProfileFormat } from './prepared.ts';
import { type Fields, readArray, readFields, readInteger, readString, readStrings } from './read-fields.ts';
import type { Report } from './report.ts';

const OCI_FIELDS = ['names', 'action', 'errnoRet', 'args'] as const;
const DOCKER_FIELDS = ['name', 'errno', 'comment', 'includes', 'excludes'] as const;

/** Every field a rule may have in any format. */
export const RULE_FIELDS: readonly string[] = [...OCI_FIELDS, ...DOCKER_FIELDS];

/** The fields of a rule that only Docker or containers/common read, so that a file with one is theirs. */
export const DOCKER_RULE_FIELDS: readonly string[] = DOCKER_FIELDS;

const MAX_UINT64 = 2n ** 64n - 1n;

/** Reads one item of `syscalls`; undefined where it has a fault that leaves nothing to judge it by. */
export const readRule = (
  node: DocumentNode,
  format: ProfileFormat,
  report: Report,
): SourceRule | undefined => {
  if (node.kind !== 'object') {
    report.error(node, `wanted a rule, an object with "names" and "action", got ${describe(node)}`);
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
  const errno = readErrno(fields, action, report);
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
  if (name && names.length > 0) {
    report.error(
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
    report.error(rule, `${wanted} is missing: runc passes the rule over, crun refuses the profile`);
  } else if (single !== undefined && names.length === 0 && !isWrongType(single.value)) {
    report.error(single.value, 'wanted the name of a system call, got the empty string');
  } else if (
    list !== undefined &&
    names.length === 0 &&
    !isWrongType(list.value) &&
    isEmptyArray(list.value)
  ) {
    report.warning(list.value, 'a rule without names has no effect');
  }
  return names.map(({ text }) => text);
};

const isEmptyArray = (node: DocumentNode): boolean => node.kind === 'array' && node.items.length === 0;
const isWrongType = (node: DocumentNode): boolean => node.kind !== 'string' && node.kind !== 'array';

const checkName = (node: DocumentNode, name: string, report: Report): void => {
  if (name === '') {
    report.error(node, 'wanted the name of a system call, got the empty string, which runc refuses');
  } else if (!/^[a-z0-9_]+$/.test(name)) {
    report.warning(
      node,
      `${quote(name)} does not look like a system call (a-z, 0-9 and _); runtimes pass over unknown names`,
    );
  }
};

const readAction = (rule: DocumentNode, fields: Fields, report: Report): Action | undefined => {
  const member = fields.get('action');
  if (member === undefined) {
    report.error(rule, `"action" is missing: one of ${ACTIONS.join(', ')}`);
    return undefined;
  }
  const text = readString(member.value, 'an action such as SCMP_ACT_ALLOW', report);
  if (text === undefined || isAction(text)) return text;
  report.error(member.value, `unknown action ${quote(text)}${hintForAction(text)}`);
  return undefined;
};

const readErrno = (
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
    report.error(given.value, `an errno has no meaning with ${action}, and crun refuses it: remove it`);
  }
  if (value === 0n && !text) report.warning(number!.value, WHAT_ERRNO_0_DOES);
  return {
    ...(value === undefined ? {} : { errnoRet: Number(value) }),
    ...(text ? { errnoName: text } : {}),
  };
};

const readArgs = (node: DocumentNode | undefined, report: Report): readonly Condition[] | undefined => {
  const items = readArray(node, 'an array of argument conditions', report);
  if (items === undefined) return node === undefined ? [] : undefined;
  const conditions = items
    .map((item) => readCondition(item, report))
    .filter((condition) => condition !== undefined);
  if (items.length > 6) {
    report.error(
      node!,
      `${items.length} conditions in one rule: crun uses the first 6 and silently drops the rest`,
    );
  }
  const indices = conditions.map(({ index }) => index);
  const repeated = indices.find((index, place) => indices.indexOf(index) !== place);
  if (repeated !== undefined) {
    const message = `argument ${repeated} is tested twice: runtimes then take all ${conditions.length} conditions of the rule as alternatives ("or"), not together ("and")`;
    report.warning(node!, message);
  }
  return conditions.length === items.length ? conditions : undefined;
};

const readCondition = (node: DocumentNode, report: Report): Condition | undefined => {
  if (node.kind !== 'object') {
    report.error(node, `wanted a condition, an object with "index", "value" and "op", got ${describe(node)}`);
    return undefined;
  }
  const fields = readFields(
    node,
    { what: 'a condition', known: ['index', 'value', 'valueTwo', 'op'] },
    report,
  );
  for (const name of ['index', 'value', 'op']) {
    // runc takes a missing number for 0, which nobody means who leaves it out; crun refuses the profile.
    if (!fields.has(name)) report.error(node, `"${name}" is missing in this condition`);
  }
  const index = readInteger(
    fields.get('index')?.value,
    { what: 'the number of an argument', maximum: 5n },
    report,
  );
  const value = readInteger(fields.get('value')?.value, { what: 'a value', maximum: MAX_UINT64 }, report);
  const two = fields.get('valueTwo');
  const valueTwo =
    two === undefined ? 0n : readInteger(two.value, { what: 'a value', maximum: MAX_UINT64 }, report);
  const op = readOperator(fields.get('op')?.value, report);
  if (index === undefined || value === undefined || valueTwo === undefined || op === undefined)
    return undefined;
  if (op !== 'SCMP_CMP_MASKED_EQ') {
    if (valueTwo !== 0n) report.warning(two!.value, `"valueTwo" has no meaning with ${op}`);
  } else if (value === 0n) {
    report.warning(node, 'a mask ("value") of 0 holds for every argument, so this condition says nothing');
  } else if ((valueTwo & ~value) !== 0n) {
    const message = `${valueTwo} has bits outside the mask ${value}; runtimes drop those bits and match all the same`;
    report.warning(two!.value, message);
  }
  return { index: Number(index), value, valueTwo, op };
};

const readOperator = (node: DocumentNode | undefined, report: Report): Operator | undefined => {
  const text = readString(node, `an operator, one of ${OPERATORS.join(', ')}`, report);
  if (text === undefined || isOperator(text)) return text;
  report.error(node!, `unknown operator ${quote(text)}${hintForOperator(text)}`);
  return undefined;
};

const NO_FILTER: RuleFilter = { capabilities: [], architectures: [] };

const readFilter = (node: DocumentNode | undefined, what: string, report: Report): RuleFilter => {
  if (node === undefined) return NO_FILTER;
  if (node.kind !== 'object') {
    report.error(node, `wanted an object with "caps", "arches" or "minKernel", got ${describe(node)}`);
    return NO_FILTER;
  }
  const fields = readFields(node, { what: `"${what}"`, known: ['caps', 'arches', 'minKernel'] }, report);
  const capabilities = readStrings(fields.get('caps')?.value, 'capabilities', report).map(
    ({ node: item, text }) => {
      const name = parseCapability(text);
      if (name === undefined)
        report.error(item, `unknown capability ${quote(text)}${hintForCapability(text)}`);
      else if (name !== text) {
        report.warning(
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
    report.error(kernel!, `wanted a kernel version such as "4.8", got ${quote(text)}`);
  }
  return { capabilities, architectures, ...(minimumKernel === undefined ? {} : { minimumKernel }) };
};
