// What verbs with `--root` refuse beside it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApplyOptions, applyCommand } from '../../../plugin/commands/apply.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/folder-inspection');

const parse = (...args: string[]): Promise<ApplyOptions> => parseCommand(applyCommand, args);

const LONG: Readonly<Record<string, string>> = { '-lx=y': '--selector' };

test('--root refuses what names nodes or a cluster', async () => {
  const ofNodes = ['--nodes=a', '-lx=y', '--kubelet-root=/k', '--image=i', '--waves=1', '--max-failures=1'];
  for (const flag of [...ofNodes, '--context=c', '--as=me', '--insecure-skip-tls-verify']) {
    try {
      await parse('-f', 'profiles', '--root', '/tmp/x', flag);
      assert.unreachable(flag);
    } catch (thrown) {
      assert.match(
        (thrown as Error).message,
        `--root works without a cluster: ${LONG[flag] ?? flag.split('=')[0]} `,
      );
    }
  }
  assert.is((await parse('-f', 'profiles', '--root', '/tmp/x', '-n', 'shop')).root, '/tmp/x');
});

test.run();
