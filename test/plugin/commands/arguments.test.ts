// kubectl users type short flags in ways that yargs reads differently.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { normalizeArguments } from '../../../plugin/commands/arguments.ts';
import { describeVerbs } from '../../../plugin/commands/described.ts';
import { fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/arguments');

for (const [given, wanted] of [
  ['apply -f -', 'apply -f=-'],
  ['apply --filename -', 'apply --filename=-'],
  ['apply -fdir', 'apply -f=dir'],
  ['status -ojson', 'status -o=json'],
  ['status -o=json', 'status -o=json'],
  ['apply -Rf dir', 'apply -R -f dir'],
  ['apply -Rfdir', 'apply -R -f=dir'],
  ['status -lrole=web,a!=b', 'status -l=role=web,a!=b'],
  ['help', '--help'],
  ['help apply', 'apply --help'],
  ['bundle inspect -', 'bundle inspect -'],
  ['apply -- -ojson', 'apply -- -ojson'],
  ['delete -- web', 'delete web'],
  ['apply --force=1', 'apply --force=true'],
  ['delete -y=F', 'delete -y=false'],
  ['apply --name=1', 'apply --name=1'],
  ['status -v6', 'status -v=6'],
  ['--context x status -o json', 'status --context x -o json'],
  [
    '--context=x -n y --insecure-skip-tls-verify status',
    'status --context=x -n y --insecure-skip-tls-verify',
  ],
  ['-v 6 bundle inspect x', 'bundle inspect -v 6 x'],
  ['-v6 help status', 'status -v=6 --help'],
  ['--warnings-as-errors=0 status', 'status --warnings-as-errors=false'],
  ['--context x', '--context x'],
  ['--version', 'version --client'],
] as const) {
  test(`${given} is ${wanted}`, () => {
    assert.equal(normalizeArguments(given.split(' ')), wanted.split(' '));
  });
}

test('every switch is known as one: it takes no word after it, and after = only what kubectl takes', async () => {
  const all = (await describeVerbs(fakeOutside())).flatMap((verb) => [verb, ...verb.verbs]);
  const flags = all.flatMap((verb) => verb.flags);
  const withValue = new Set(flags.filter(({ takesValue }) => takesValue).map(({ name }) => name));
  const switches = new Set(flags.map(({ name }) => name).filter((name) => !withValue.has(name)));
  assert.ok(switches.size > 20);
  for (const name of switches) {
    assert.equal(normalizeArguments([`--${name}`, 'status']), ['status', `--${name}`]);
    assert.equal(normalizeArguments(['status', `--${name}=1`]), ['status', `--${name}=true`]);
  }
});

test.run();
