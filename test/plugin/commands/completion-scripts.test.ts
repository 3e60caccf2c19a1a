// The scripts in the shells they are for, by themselves and beside kubectl's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../../support/requires.ts';
import { type Bench, prepareBench, pressTabInFish, pressTabInZsh } from '../../support/shell-tab.ts';

const ANSWERS = {
  app: 'apply\tPut profiles: onto nodes\n:4\n',
  mo: 'more\nmost\n:4\n',
  '--dry-run=c': 'client\n:4\n',
  'builtin:ku': 'builtin:kubernetes/default\n:4\n',
  we: 'web\n:6\n',
  a: ':0\n',
  '--file=a': ':0\n',
  pro: ':16\n',
  '--root=pro': ':16\n',
};

const LINES = ['app', 'x --dry-run=c', 'builtin:ku', 'we', 'a', '--file=a', 'pro', '--root=pro', 'none'];

const inBench = (body: (bench: Bench) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-shells-'));
  try {
    body(prepareBench(folder, ANSWERS));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const zsh = suiteThatNeeds('plugin/commands/completion-scripts in zsh', ['zsh', 'runc']);

zsh('words, values, files and folders are put in, with a space where one belongs', () => {
  inBench((bench) => {
    const lines = LINES.map((line) => `kubectl-seccomp ${line}`);
    assert.equal(pressTabInZsh(bench, lines, 'sourced'), [
      'kubectl-seccomp apply ',
      'kubectl-seccomp x --dry-run=client ',
      'kubectl-seccomp builtin:kubernetes/default ',
      'kubectl-seccomp web',
      'kubectl-seccomp a.json ',
      'kubectl-seccomp --file=a.json ',
      'kubectl-seccomp profiles/',
      'kubectl-seccomp --root=profiles/',
      'kubectl-seccomp none',
    ]);
  });
});

zsh('a file in fpath completes from the first Tab on', () => {
  inBench((bench) => {
    assert.equal(pressTabInZsh(bench, ['kubectl-seccomp app', 'kubectl-seccomp we'], 'in fpath'), [
      'kubectl-seccomp apply ',
      'kubectl-seccomp web',
    ]);
  });
});

zsh('what is typed is asked about without its quotes, and does not run', () => {
  inBench((bench) => {
    pressTabInZsh(bench, [`kubectl-seccomp --context 'a b' "$(touch ran)" mo`], 'sourced');
    assert.equal(bench.asked(), ['--context|a b|$(touch ran)|mo']);
  });
});

zsh('through kubectl’s own completion it is the same', () => {
  inBench((bench) => {
    assert.equal(
      pressTabInZsh(bench, ['kubectl seccomp app', 'kubectl seccomp x --dry-run=c'], 'of kubectl'),
      ['kubectl seccomp apply ', 'kubectl seccomp x --dry-run=client '],
    );
    assert.equal(bench.asked(), ['app', 'x|--dry-run=c']);
  });
});

zsh.run();

const fish = suiteThatNeeds('plugin/commands/completion-scripts in fish', ['fish', 'runc']);

fish('words, values, files and folders are offered', () => {
  inBench((bench) => {
    const lines = [...LINES, 'mo'].map((line) => `kubectl-seccomp ${line}`);
    assert.equal(pressTabInFish(bench, lines), [
      ['apply'],
      ['--dry-run=client'],
      ['builtin:kubernetes/default'],
      ['web', 'web/'],
      ['a.json'],
      ['--file=a.json'],
      ['profiles/'],
      ['--root=profiles/'],
      [],
      ['more', 'most'],
    ]);
  });
});

fish('through kubectl’s own completion it is the same', () => {
  inBench((bench) => {
    const lines = ['kubectl seccomp app', 'kubectl seccomp x --dry-run=c'];
    assert.equal(pressTabInFish(bench, lines, true), [['apply'], ['--dry-run=client']]);
  });
});

fish.run();
