import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answerQuickly } from '../../../plugin/commands/quick.ts';
import { fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/quick');

test('the plugin’s own version, in the very words of the verb', async () => {
  const outside = fakeOutside();
  assert.ok(await answerQuickly(['version', '--client'], outside));
  assert.is(outside.stdoutText(), 'Client Version: v1.2.3\n');
});

test('everything else of version is the parser’s: other flags, and mistakes', async () => {
  for (const args of [
    [],
    ['version'],
    ['version', '--client', '-o', 'json'],
    ['version', '--client=false'],
    ['version', '--clien'],
    ['apply', '__complete'],
  ]) {
    const outside = fakeOutside();
    assert.not.ok(await answerQuickly(args, outside), args.join(' '));
    assert.is(outside.stdoutText(), '');
  }
});

test('choices for a shell, one on each line, and what it is to do with them', async () => {
  const outside = fakeOutside();
  assert.ok(await answerQuickly(['__complete', 'status', '-o', 'j'], outside));
  assert.is(outside.stdoutText(), 'json\n:4\n');
});

test('what goes wrong meanwhile is no word in the line that is typed', async () => {
  const broken = {
    ...fakeOutside(),
    get clock(): never {
      throw new Error('broken');
    },
  };
  assert.ok(await answerQuickly(['__complete', 'apply', '--nodes', ''], broken));
  assert.equal([broken.stdoutText(), broken.stderrText(), broken.exitCode()], ['', '', 1]);
});

test.run();
