// The conditions of a rule: which arguments of a call are compared with what.
import { type DocumentNode, describe, quote } from './document.ts';
import { rewriteWord } from './fixes.ts';
import type { Condition } from './oci.ts';
import { hintForOperator, isOperator, OPERATORS, type Operator, operatorMeantBy } from './operators.ts';
import { readArray, readFields, readInteger, readString } from './read-fields.ts';
import type { Report } from './report.ts';

const MAX_UINT64 = 2n ** 64n - 1n;

/** Reads a rule's conditions; undefined where one has a fault, so that the rule cannot be judged. */
export const readArgs = (
  node: DocumentNode | undefined,
  report: Report,
): readonly Condition[] | undefined => {
  const items = readArray(node, 'an array of argument conditions', report);
  if (items === undefined) return node === undefined ? [] : undefined;
  const conditions = items
    .map((item) => readCondition(item, report))
    .filter((condition) => condition !== undefined);
  if (items.length > 6) {
    report.error(
      'SP205',
      node!,
      `${items.length} conditions in one rule: crun uses the first 6 and silently drops the rest`,
    );
  }
  const indices = conditions.map(({ index }) => index);
  const repeated = indices.find((index, place) => indices.indexOf(index) !== place);
  if (repeated !== undefined) {
    const message = `argument ${repeated} is tested twice: runtimes then take all ${conditions.length} conditions of the rule as alternatives ("or"), not together ("and")`;
    report.warning('SP304', node!, message);
  }
  return conditions.length === items.length ? conditions : undefined;
};

const readCondition = (node: DocumentNode, report: Report): Condition | undefined => {
  if (node.kind !== 'object') {
    report.error(
      'SP024',
      node,
      `wanted a condition, an object with "index", "value" and "op", got ${describe(node)}`,
    );
    return undefined;
  }
  const fields = readFields(
    node,
    { what: 'a condition', known: ['index', 'value', 'valueTwo', 'op'] },
    report,
  );
  for (const name of ['index', 'value', 'op']) {
    // runc takes a missing number for 0, which nobody means who leaves it out; crun refuses the profile.
    if (!fields.has(name)) report.error('SP115', node, `"${name}" is missing in this condition`);
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
    if (valueTwo !== 0n) report.warning('SP204', two!.value, `"valueTwo" has no meaning with ${op}`);
  } else if (value === 0n) {
    report.warning(
      'SP206',
      node,
      'a mask ("value") of 0 holds for every argument, so this condition says nothing',
    );
  } else if ((valueTwo & ~value) !== 0n) {
    const message = `${valueTwo} has bits outside the mask ${value}; runtimes drop those bits and match all the same`;
    report.warning('SP207', two!.value, message);
  }
  return { index: Number(index), value, valueTwo, op };
};

const readOperator = (node: DocumentNode | undefined, report: Report): Operator | undefined => {
  const text = readString(node, `an operator, one of ${OPERATORS.join(', ')}`, report);
  if (text === undefined || isOperator(text)) return text;
  const meant = operatorMeantBy(text);
  report.error('SP104', node!, `unknown operator ${quote(text)}${hintForOperator(text)}`, {
    fix: meant && rewriteWord(report.text, node!, meant),
  });
  return undefined;
};
