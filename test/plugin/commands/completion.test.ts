import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { completionCommand, runCompletion } from '../../../plugin/commands/completion.ts';
import { completionScripts, renderCompletionScript } from '../../../plugin/commands/completion-scripts.ts';
import { fakeOutside } from '../../support/fake-outside.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/completion');

test('it takes the name of a shell, or install', async () => {
  assert.equal(await parseCommand(completionCommand, ['install']), { shell: 'install' });
});

test('a script completes the plugin’s own command by asking the plugin', async () => {
  for (const shell of Object.keys(completionScripts)) {
    const outside = fakeOutside();
    assert.is(await runCompletion({ shell }, outside), 0);
    const script = outside.stdoutText();
    assert.match(script, '__complete');
    assert.match(script, /kubectl-seccomp\n?/);
    assert.not.match(script, 'undefined');
    assert.is(outside.stderrText(), '');
  }
});

test('the command is the one that the plugin is installed as', () => {
  assert.match(
    renderCompletionScript('bash', 'kubectl node-seccomp'),
    'complete -o default -F _kubectl_node_seccomp kubectl-node_seccomp\n',
  );
});

test('another shell is refused with those that there are', () => {
  for (const shell of ['powershell', 'constructor'])
    assert.throws(
      () => renderCompletionScript(shell, 'kubectl seccomp'),
      `there is no completion for "${shell}"`,
    );
});

test('install says which file it made, or that nothing had to be done', async () => {
  const outside = fakeOutside();
  assert.is(await runCompletion({ shell: 'install' }, outside), 0);
  assert.is(outside.stdoutText(), '/bin/kubectl_complete-seccomp created\n');
  assert.match(outside.stderrText(), 'kubectl completion --help');
  const again = { ...outside, installCompletion: async () => ({ path: '/bin/x', isNew: false }) };
  assert.is(await runCompletion({ shell: 'install' }, again), 0);
  assert.match(outside.stdoutText(), '/bin/x unchanged\n');
});

test.run();
