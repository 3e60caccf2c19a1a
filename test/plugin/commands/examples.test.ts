// The examples of the help: each is a command line that is understood, and those without a cluster are run as written.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { buildPlugin } from '../../../plugin/release/build.ts';
import { SeccompError } from '../../../src/error.ts';
import { below, isLocal, prepareExamples, readExamples } from '../../support/examples.ts';
import { fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/examples');

let folder = '';

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-examples-'));
  await buildPlugin(join(folder, 'bin'));
  // kubectl finds a plugin by its name on the PATH; nothing else of it is wanted here.
  writeFileSync(
    join(folder, 'bin/kubectl'),
    '#!/bin/sh\n[ "$1" = seccomp ] && shift && exec kubectl-seccomp "$@"\n',
  );
  chmodSync(join(folder, 'bin/kubectl'), 0o755);
  prepareExamples(folder);
});

test.after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (command: string): { code: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(
    '/bin/bash',
    ['-o', 'pipefail', '-c', below(folder, command)],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: `${join(folder, 'bin')}:${join(process.execPath, '..')}:${process.env.PATH}`,
        HOME: folder,
        KUBECONFIG: join(folder, 'none'),
      },
    },
  );
  return { code: status, output: stdout + stderr };
};

test('each is understood: flags, values and arguments are those of the verb', async () => {
  for (const { verb, command } of await readExamples()) {
    for (const [, words = ''] of command.matchAll(/kubectl seccomp ([^|>)]*)/g)) {
      const outside = {
        ...fakeOutside(),
        connect: () => Promise.reject(new SeccompError('config', 'no cluster')),
      };
      try {
        await runCli(words.trim().split(/\s+/), outside);
      } catch (thrown) {
        const isUsage = thrown instanceof SeccompError && thrown.code === 'usage';
        // A question that nobody can answer, a screen that is not there: understood, and refused for that alone.
        if (isUsage && !/--yes|terminal/.test(`${thrown.message} ${thrown.hint}`))
          throw new Error(`${verb}: ${command}: ${thrown.message}`);
      }
    }
  }
});

test('those that need no cluster run as written, one after the other', async () => {
  assert.is(
    run('kubectl seccomp apply -f profiles/ --name web --root /mnt/image/var/lib/kubelet/seccomp').code,
    0,
  );
  const answering = /seccomp (lint|diff|eval|merge --check|bundle verify|verify)\b/;
  let count = 0;
  for (const example of (await readExamples()).filter(isLocal)) {
    const { code, output } = run(example.command);
    const isAnswer =
      code === 1 && answering.test(example.command) && !/internal error|^error: cannot/m.test(output);
    // Who runs it is asked, and here is nobody.
    const isQuestion = code === 2 && output.includes('Say --yes to go ahead.');
    assert.ok(code === 0 || isAnswer || isQuestion, `${example.command}: exit ${code}\n${output}`);
    count += 1;
  }
  assert.ok(count >= 25, `${count} examples`);
});

test.run();
