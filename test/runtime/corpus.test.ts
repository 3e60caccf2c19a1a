// Every file of the corpus on two real runcs: what runc takes has no error here and lands unchanged or compiled, what runc
// refuses has an error with its place.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import type { PreparedFile } from '../../src/profile/prepared.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { type Containers, findRuncs, HERE, prepareContainers, type Runc } from './runc.ts';

const test = suiteThatNeeds('runtime/corpus', ['linux', 'root', 'runc', 'cc', 'shared']);
const corpus = join(process.env.SECCOMP_SHARED ?? '', 'corpus');

let containers: Containers;
let runcs: readonly Runc[];
test.before(() => {
  containers = prepareContainers();
  runcs = findRuncs();
});
test.after(() => containers?.remove());

interface Entry {
  readonly file: string;
  readonly format: string;
}

const entries = (): readonly Entry[] =>
  readFileSync(join(corpus, 'INDEX.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([file = '', , , , format = '']) => ({ file, format }));

const textOf = (file: string): string => readFileSync(join(corpus, 'profiles', file), 'utf8');
const prepare = (file: string): PreparedFile =>
  prepareFile(readFileSync(join(corpus, 'profiles', file)), file, file, {
    ...defaultCompileOptions,
    architectures: [HERE],
  });
const decode = (content: Uint8Array): string => new TextDecoder().decode(content);
const hasError = (file: string): boolean =>
  prepare(file).problems.some(({ severity }) => severity === 'error');

/** runc refuses these on this machine, but the file is right. */
const REFUSED_HERE: Readonly<Record<string, string>> = {
  'Srylax__subuidless__seccomp.json': 'it notifies an agent whose socket is not on this machine',
};

/** runc takes these raw, but not for what they say. */
const TAKEN_AMISS: Readonly<Record<string, string>> = {
  'moby__profiles__example.json':
    'its errno of 12345 stands in a rule with a singular "name", which runc passes over',
};

/** Runs jobs six at a time: some containers spend their whole time waiting for a call that never returns. */
const runAll = async <T>(jobs: readonly (() => Promise<T>)[]): Promise<readonly T[]> => {
  const results: T[] = [];
  const queue = jobs.entries();
  const work = async (): Promise<void> => {
    for (const [at, job] of queue) results[at] = await job();
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return results;
};

test('runc takes and refuses the raw files as is judged here', async () => {
  const raw = entries().filter(({ format }) => format === 'oci' || format === 'docker');
  const jobs = raw.flatMap(({ file }) =>
    runcs.map((runc) => async () => ({ file, runc, ...(await containers.run(runc, textOf(file))) })),
  );
  const outcomes = await runAll(jobs);
  const isAmiss = ({ file, kind }: { file: string; kind: string }): boolean => {
    const isExpected = file in REFUSED_HERE || (hasError(file) && !(file in TAKEN_AMISS));
    return (kind === 'refused') !== isExpected;
  };
  assert.equal(outcomes.filter(isAmiss), []);
  // So that a machine on which nothing starts, or everything does, is noticed.
  const count = (kind: string): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  assert.ok(
    count('started') > 80 && count('starved') > 20,
    `${count('started')} started, ${count('starved')} starved`,
  );
  assert.is(count('refused'), 2);
});

test('what we ship of a file, runc never refuses', async () => {
  const shipped = entries()
    .filter(({ file }) => !(file in REFUSED_HERE))
    .flatMap(({ file }) => prepare(file).profiles);
  assert.ok(shipped.length >= 110, `${shipped.length} profiles`);
  const jobs = shipped.flatMap(({ path, builds }) =>
    runcs.map((runc) => async () => ({
      path,
      runc,
      ...(await containers.run(runc, decode(builds[0]!.content))),
    })),
  );
  const refused = (await runAll(jobs))
    .filter(({ kind }) => kind === 'refused')
    // An agent that isn't there says nothing about the profile.
    .filter(({ output }) => !output.includes('failed to connect with seccomp agent'));
  assert.equal(refused, []);
});

test('a Docker file with singular names, which runc takes for no rule at all, has its rules once compiled', async () => {
  const text = JSON.stringify({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: ['mkdir', 'mkdirat'].map((name) => ({ name, action: 'SCMP_ACT_ERRNO', errnoRet: 13 })),
  });
  const { profiles } = prepareFile(new TextEncoder().encode(text), 'f', 'f', defaultCompileOptions);
  const compiled = decode(profiles[0]!.builds[0]!.content);
  for (const runc of runcs) {
    assert.is((await containers.run(runc, text, 'mkdir')).code, 0, runc.version);
    assert.is((await containers.run(runc, compiled, 'mkdir')).code, 13, runc.version);
  }
});

test.run();
