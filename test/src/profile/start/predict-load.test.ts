// Predictions by hand: what each reader makes of a file, where runtimes part ways, and what is left open.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderPath } from '../../../../src/profile/document.ts';
import {
  type LoadQuestion,
  type Prediction,
  predictLoad,
} from '../../../../src/profile/start/predict-load.ts';
import { readDocument } from '../../../support/read-document.ts';

const test = suite('src/profile/start/predict-load');

const RUNC: LoadQuestion = {
  ...{ runtime: 'runc', version: '1.5.2', libseccomp: '2.6.1', reader: 'raw', architecture: 'amd64' },
  noNewPrivileges: true,
};
const CRUN: LoadQuestion = { ...RUNC, runtime: 'crun', version: '1.21' };

const predict = (text: string, question: LoadQuestion): Prediction =>
  predictLoad(readDocument(text), question);

const spell = (prediction: Prediction): string => {
  if (prediction.kind === 'refused') return `${renderPath(prediction.at.path)}: ${prediction.message}`;
  return prediction.kind === 'unknown' ? `unknown: ${prediction.reason}` : prediction.kind;
};

const says = (text: string, question: LoadQuestion): string => spell(predict(text, question));

const withRule = (rule: string): string => `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[${rule}]}`;
const ERRNO = '"names":["mkdir"],"action":"SCMP_ACT_ERRNO"';
const withArg = (arg: string): string => withRule(`{${ERRNO},"args":[${arg}]}`);

test('an empty object is no filter to runc, and misses a field for crun, or an action where containerd read it', () => {
  assert.is(says('{}', RUNC), 'no-filter');
  assert.is(says('{}', CRUN), "$: Required field 'defaultAction' not present");
  assert.is(says('{}', { ...CRUN, reader: 'containerd' }), '$: invalid seccomp action ``');
});

test('of two equal fields Go and newer cruns take the last, older cruns the first', () => {
  const text = '{"defaultAction":"SCMP_ACT_FOO","defaultAction":"SCMP_ACT_ALLOW"}';
  assert.is(says(text, RUNC), 'accepted');
  assert.is(says(text, CRUN), '$.defaultAction: invalid seccomp action `SCMP_ACT_FOO`');
  assert.is(says(text, { ...CRUN, version: '1.28' }), 'accepted');
});

test('a second array is decoded over the first by Go, so that its rules keep what it does not say', () => {
  const text = `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{${ERRNO},"errnoRet":9}],"syscalls":[{"names":["rmdir"]}]}`;
  const prediction = predict(text, RUNC);
  assert.is(prediction.kind, 'accepted');
  const [rule] = prediction.kind === 'accepted' ? prediction.source.rules : [];
  assert.equal([rule?.names, rule?.action, rule?.errnoRet], [['rmdir'], 'SCMP_ACT_ERRNO', 9]);
});

test('Go matches fields in any case, crun passes the wrong ones over and says nothing', () => {
  const text = '{"DefaultAction":"SCMP_ACT_ALLOW"}';
  assert.is(says(text, RUNC), 'accepted');
  assert.is(says(text, CRUN), "$: Required field 'defaultAction' not present");
});

test('what is passed over is told with its place', () => {
  const text = '{"defaultAction":"SCMP_ACT_ALLOW","archMap":[],"flags":"x"}';
  const prediction = predict(text, CRUN);
  assert.is(prediction.kind, 'accepted');
  const ignored = prediction.kind === 'accepted' ? prediction.ignored : [];
  assert.equal(
    ignored.map(({ at, what }) => `${renderPath(at.path)}: ${what}`),
    ['$.archMap: the field "archMap"', '$.flags: the string "x", which is not an array'],
  );
});

test('the first value of a wrong type is what Go tells, wherever others stand', () => {
  const text =
    '{"defaultAction":5,"syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO","errnoRet":"x"}]}';
  assert.ok(
    says(text, RUNC).startsWith('$.defaultAction: json: cannot unmarshal number into Go struct field'),
  );
});

test('numbers: Go wants digits only, crun takes what strtoull takes', () => {
  const value = (number: string): string => withArg(`{"index":0,"value":${number},"op":"SCMP_CMP_EQ"}`);
  for (const number of ['-1', '-0', '1.0', '1e3', '18446744073709551616']) {
    assert.ok(says(value(number), RUNC).includes(`cannot unmarshal number ${number} into`), number);
  }
  assert.is(says(value('-1'), CRUN), 'accepted');
  assert.is(says(value('-0'), CRUN), 'accepted');
  assert.ok(says(value('1e3'), CRUN).endsWith('Invalid argument'));
  assert.ok(says(value('18446744073709551616'), CRUN).endsWith('Numerical result out of range'));
  assert.is(says(value('18446744073709551616'), { ...CRUN, version: '1.28' }), 'accepted');
});

test('a rule without names has its conditions unread by runc', () => {
  const rule = '{"names":[],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":1,"op":"FOO"}]}';
  assert.is(says(withRule(rule), RUNC), 'accepted');
});

test('crun uses six conditions of a rule, and says nothing of the others', () => {
  const args = Array.from({ length: 7 }, (_, at) => `{"index":${at % 6},"value":${at},"op":"SCMP_CMP_EQ"}`);
  const text = withRule(`{${ERRNO},"args":[${args.join(',')}]}`);
  const rulesOf = (prediction: Prediction): number | undefined =>
    prediction.kind === 'accepted' ? prediction.source.rules[0]?.args.length : undefined;
  assert.equal([rulesOf(predict(text, RUNC)), rulesOf(predict(text, CRUN))], [7, 6]);
});

test('flags: none for runc 1.1, WAIT_KILLABLE_RECV with runc 1.5 and libseccomp 2.6 only', () => {
  const flag = (name: string): string =>
    `{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_${name}"]}`;
  assert.ok(says(flag('LOG'), { ...RUNC, version: '1.1.15' }).includes('not yet supported by runc'));
  assert.is(says(flag('LOG'), { ...RUNC, version: '1.2.0' }), 'accepted');
  assert.is(says(flag('WAIT_KILLABLE_RECV'), RUNC), 'accepted');
  assert.ok(
    says(flag('WAIT_KILLABLE_RECV'), { ...RUNC, libseccomp: '2.5.4' }).includes('SetWaitKill requires'),
  );
  assert.ok(says(flag('WAIT_KILLABLE_RECV'), { ...RUNC, version: '1.4.0' }).includes('is not known to runc'));
});

test('one condition with two answers is refused, a longer one after a shorter is dropped, the reverse refused', () => {
  const first = '{"index":0,"value":1,"op":"SCMP_CMP_EQ"}';
  const second = `${first},{"index":1,"value":1,"op":"SCMP_CMP_EQ"}`;
  const rules = (...args: string[]): string =>
    withRule(args.map((one, at) => `{${ERRNO},"errnoRet":${at + 2},"args":[${one}]}`).join(','));
  const exists = '$.syscalls[1]: error adding seccomp rule for syscall mkdir: file exists';
  assert.is(says(rules(first, first), RUNC), exists);
  assert.is(says(rules(second, first), RUNC), exists);
  assert.is(says(rules(first, second), RUNC), 'accepted');
  assert.is(says(rules(first, first), CRUN), '$.syscalls[1]: seccomp_rule_add_array: File exists');
});

test('a pair of rules on which libseccomp may never come to an end is left open', () => {
  const rule = (errno: number, op: string, value: number): string =>
    `{${ERRNO},"errnoRet":${errno},"args":[{"index":0,"value":5,"op":"SCMP_CMP_GE"},{"index":2,"value":${value},"op":"SCMP_CMP_${op}"}]}`;
  const said = says(withRule(`${rule(2, 'LT', 493)},${rule(3, 'NE', 1)}`), RUNC);
  assert.is(said, 'unknown: overlapping conditions on mkdir with different actions');
});

test('who listens decides about a profile that notifies, and for crun about any with a path', () => {
  const notify = withRule('{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}');
  const path = '{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/run/agent.sock"}';
  assert.is(says(notify, RUNC), '$.syscalls[0].action: seccomp listenerPath is not set');
  assert.is(says(notify, CRUN), 'accepted');
  assert.is(says(path, RUNC), 'accepted');
  assert.is(says(path, CRUN), 'unknown: it depends on who listens at /run/agent.sock');
  assert.is(says(path, { ...CRUN, hasListener: true }), 'accepted');
  assert.ok(says(path, { ...CRUN, hasListener: false }).endsWith('No such file or directory'));
});

test('a filter that forbids what the runtime needs is a refusal at the start', () => {
  const prediction = predict('{"defaultAction":"SCMP_ACT_ERRNO"}', RUNC);
  assert.equal(prediction.kind === 'refused' ? [prediction.stage, prediction.message] : prediction, [
    'start',
    'container process is already dead',
  ]);
});

test('where versions that may be meant differ, nothing is guessed', () => {
  const flag = '{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG"]}';
  const { version: _, ...anyRunc } = RUNC;
  assert.is(says(flag, anyRunc), 'unknown: refused or accepted, by version');
  assert.is(says('{"defaultAction":"SCMP_ACT_ALLOW"}', anyRunc), 'accepted');
  assert.ok(says('{"defaultAction":"FOO"}', anyRunc).includes('string FOO is not a valid action'));
});

test.run();
