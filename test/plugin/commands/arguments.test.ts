// kubectl users type short flags in ways that yargs reads differently.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { normalizeArguments } from '../../../plugin/commands/arguments.ts';

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
] as const) {
  test(`${given} is ${wanted}`, () => {
    assert.equal(normalizeArguments(given.split(' ')), wanted.split(' '));
  });
}

test.run();
