// What lint tells of public profiles: everything has a place, and the authors of the best known ones see no false alarm.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import type { Dialect } from '../../../../src/profile/facts.ts';
import { lintFile } from '../../../../src/profile/lint/lint.ts';
import type { Problem } from '../../../../src/profile/problem.ts';
import { suiteThatNeeds } from '../../../support/requires.ts';

const test = suiteThatNeeds('src/profile/lint/corpus', ['shared']);
const folder = join(process.env.SECCOMP_SHARED ?? '', 'corpus/profiles');

const lint = (file: string, dialect: Dialect = 'docker'): readonly Problem[] => {
  const facts = (['amd64', 'arm64'] as const).map((architecture) => ({
    ...defaultCompileOptions,
    architecture,
    dialect,
  }));
  return lintFile(readFileSync(join(folder, file)), file, file, { facts }).problems;
};

test('every problem of every file, whoever reads it, has a place and a message of one line', () => {
  for (const file of readdirSync(folder)) {
    for (const dialect of ['docker', 'containerd', 'cri-o'] as const) {
      for (const { line, column, path, message } of lint(file, dialect)) {
        assert.ok(line >= 1 && column >= 1 && path.startsWith('$'), file);
        assert.ok(
          message.length > 0 && !message.includes('\n') && !message.includes('undefined'),
          `${file}: ${message}`,
        );
      }
    }
  }
});

/** What is told of profiles that thousands of clusters use, each of it true; notes are not counted. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  // Rules that ask for capabilities; AF_ALG and AF_VSOCK by upper bits.
  'moby__profiles__default.json': ['SP211', 'SP504'],
  'containerd__containerd__2.1.9-generated-default.json': ['SP504'],
  // Pods killed by it on purpose, in the Kubernetes tutorial; and 32-bit programs, by its other one.
  'unixlivelihood__seccomp__violation.json': ['SP601'],
  'unixlivelihood__seccomp__audit.json': ['SP413'],
  // Written for runc alone.
  'kubernetes-sigs__security-profiles-operator__baseprofile-runc.yaml': ['SP601'],
};

test('the authors of well-known profiles are warned of what is so, and of nothing else', () => {
  for (const [file, codes] of Object.entries(KNOWN)) {
    const told = lint(file).filter(({ severity }) => severity !== 'note');
    assert.equal([...new Set(told.map(({ code }) => code))].sort(), codes, file);
  }
});

test("Docker's default as a file for containerd is the main trap: mount, bpf and modules for everybody", () => {
  const errors = lint('moby__profiles__default.json', 'containerd').filter(
    ({ severity }) => severity === 'error',
  );
  const text = errors.map(({ message }) => message).join('\n');
  for (const name of ['bpf', 'init_module', 'clone3', 'open_by_handle_at']) assert.match(text, name);
  assert.ok(errors.every(({ code }) => code === 'SP215'));
});

test.run();
