import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Argv } from 'yargs';
import { describeCommand, describeVerb, describeVerbs } from '../../../plugin/commands/described.ts';
import { verbs } from '../../../plugin/commands/verbs.ts';
import { fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/described');

test('every verb is described, with a summary, a usage and each argument in words', async () => {
  const described = await describeVerbs(fakeOutside());
  assert.equal(
    described.map(({ name }) => name),
    Object.keys(verbs),
  );
  for (const verb of described.flatMap((one) => [one, ...one.verbs])) {
    assert.match(verb.usage, new RegExp(`^\\$0 ${verb.name}\\b`), verb.name);
    assert.match(verb.summary, /^[A-Z][^\n]{10,90}[^.]$/, verb.name);
    for (const argument of verb.arguments) assert.ok(argument.describe, `${verb.name} ${argument.name}`);
    for (const flag of verb.flags) {
      assert.ok(flag.group.endsWith(':'), `${verb.name} --${flag.name} stands under a heading`);
      assert.match(flag.describe, /^[A-Za-z]/, `${verb.name} --${flag.name}`);
    }
  }
});

test('every verb but a group has examples', async () => {
  const described = await describeVerbs(fakeOutside());
  const without = described
    .flatMap((one) => (one.verbs.length > 0 ? one.verbs : [one]))
    .filter(({ epilogue }) => !/^Examples:\n(.*\n)* {2}.*\$0 /.test(epilogue))
    .map(({ name }) => name);
  assert.equal(without, []);
});

test('arguments and flags are what the parser is told', async () => {
  const { arguments: args, flags } = await describeVerb('eval', fakeOutside());
  assert.equal(
    args.map(({ name, isRequired, isVariadic }) => [name, isRequired, isVariadic]),
    [
      ['file', true, false],
      ['syscall', true, false],
      ['args', false, true],
    ],
  );
  const dialect = flags.find(({ name }) => name === 'dialect');
  assert.equal(dialect?.words, ['docker', 'containerd', 'cri-o']);
  assert.is(flags.find(({ name }) => name === 'output')?.short, 'o');
  assert.ok(flags.find(({ name }) => name === 'cap-add')?.isRepeatable);
});

test('a group is described with its verbs', async () => {
  const { verbs: below } = await describeVerb('bundle', fakeOutside());
  assert.equal(
    below.map(({ name }) => name),
    ['bundle build', 'bundle inspect', 'bundle verify'],
  );
});

test('a builder that asks for what is not noted is an error, not a gap', () => {
  const builder = (parser: Argv): Argv => parser.conflicts('a', 'b');
  const command = { command: 'x', describe: 'X', builder, handler: () => {} };
  assert.throws(() => describeCommand(command), /conflicts/);
});

test.run();
