import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { describeVerb, describeVerbs } from '../../../plugin/commands/described.ts';
import { topics } from '../../../plugin/commands/topics.ts';
import { verbs } from '../../../plugin/commands/verbs.ts';
import { readWavePolicy } from '../../../plugin/commands/wave-policy.ts';
import { fakeOutside } from '../../support/fake-outside.ts';
import { matchGolden } from '../../support/golden.ts';

const test = suite('plugin/commands/topics');

const help = async (topic: string): Promise<string> => {
  const outside = fakeOutside();
  await runCli(['help', topic], outside);
  return outside.stdoutText();
};

for (const topic of Object.keys(topics)) {
  test(`help ${topic}`, async () => {
    matchGolden(`help-topic-${topic}.txt`, await help(topic));
  });
}

test('no topic is called as a verb is', () => {
  for (const topic of Object.keys(topics)) assert.not.ok(topic in verbs, topic);
});

test('the text fits the width of the help, and names only flags and verbs that there are', async () => {
  const flags = new Set(
    (await describeVerbs(fakeOutside())).flatMap((verb) =>
      [verb, ...verb.verbs].flatMap((one) => one.flags.map(({ name }) => `--${name}`)),
    ),
  );
  for (const topic of Object.keys(topics)) {
    const text = await help(topic);
    for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
    for (const [flag] of text.matchAll(/--[a-z][a-z-]+/g)) assert.ok(flags.has(flag), `${topic}: ${flag}`);
    for (const [, verb = ''] of text.matchAll(/kubectl seccomp (\w+)/g))
      assert.ok(verb in verbs, `${topic}: ${verb}`);
  }
});

/** Takes the policy out of a text that explains it. */
const policyIn = (text: string): string =>
  /^ {2}apiVersion:.*(?:\n {2}.*)*/m.exec(text)?.[0].replace(/^ {2}/gm, '') ?? '';

test('the policy files that are shown are ones that apply takes', async () => {
  const read = (text: string) =>
    readWavePolicy({ policyFile: 'rollout.yaml' }, fakeOutside({ files: { 'rollout.yaml': text } }));
  const shown = await read(policyIn(await help('rollout')));
  assert.is(shown.waves?.length, 3);
  assert.is(shown.maxFailures, 0);
  assert.equal(shown.gate, {
    pauseMs: 60_000,
    onFailure: 'rollback',
    minStarts: 1,
    startTimeoutMs: 600_000,
  });
  const { usage } = await describeVerb('apply', fakeOutside());
  assert.is((await read(policyIn(usage))).gate?.onFailure, 'rollback');
});

test('an unknown word is neither a verb nor a topic', async () => {
  let message = '';
  await help('rolout').catch((thrown: Error) => {
    message = thrown.message;
  });
  assert.is(message, 'unknown command "rolout" for "kubectl seccomp"');
});

test.run();
