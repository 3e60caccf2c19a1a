import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderCompletion } from '../../../plugin/output/completion.ts';

const test = suite('plugin/output/completion');

test('a line for each choice, its description behind a tab, and the directive last', () => {
  const choices = [{ value: 'apply', describe: 'Put\tprofiles\nonto nodes' }, { value: 'web/nginx.json' }];
  assert.is(
    renderCompletion({ choices, directive: 4 }),
    'apply\tPut profiles\\nonto nodes\nweb/nginx.json\n:4\n',
  );
});

test('a name that a shell might run, or that moves the cursor, is no choice', () => {
  const values = ['$(reboot)', '`id`', 'a;b', 'a b', 'a\u001b[2J', "a'b", '', ':4\nx'];
  assert.is(renderCompletion({ choices: values.map((value) => ({ value })), directive: 4 }), ':4\n');
});

test.run();
