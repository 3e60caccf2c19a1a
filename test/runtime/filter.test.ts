// What evaluation says of a profile is what runc's real filter does: read back from a container on two real runcs, run on
// every system call and on both sides of every condition, and held against the kernel itself.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { type Call, evaluate } from '../../src/profile/evaluate.ts';
import type { Dialect } from '../../src/profile/facts.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import { type EffectiveFilter, resolve } from '../../src/profile/resolve.ts';
import { tableVersionOf } from '../../src/profile/syscalls.ts';
import { codeOf, parseProgram, runProgram } from '../support/bpf.ts';
import { probesOf } from '../support/probes.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { sampleRules } from '../support/rule-samples.ts';
import { type LoadedFilters, prepareLoadedFilters } from './loaded-filter.ts';
import { findRuncs, HERE, type Runc } from './runc.ts';

const test = suiteThatNeeds('runtime/filter', ['linux', 'root', 'runc', 'cc', 'shared']);
const shared = process.env.SECCOMP_SHARED ?? '';
const folder = join(shared, 'corpus/profiles');

let filters: LoadedFilters;
let runcs: readonly Runc[];
test.before(() => {
  filters = prepareLoadedFilters(join(shared, 'oracle'));
  runcs = findRuncs();
});
test.after(() => filters?.remove());

interface Job {
  readonly name: string;
  readonly runc: Runc;
  /** What runc is given. */
  readonly text: string;
  readonly filter: EffectiveFilter;
}

interface Loaded extends Job {
  readonly program: Uint8Array;
}

/** Counts probes; a mismatch where evaluation is sure is kept, where it is not it only counts. */
interface Tally {
  exact: number;
  unsure: number;
  unsureMismatches: number;
  readonly mismatches: string[];
}

const jobFor = (name: string, content: Uint8Array, runc: Runc, dialect: Dialect): Job | undefined => {
  const prepared = prepareFile(content, name, name, { ...defaultCompileOptions, architectures: [HERE] });
  const [profile] = prepared.profiles;
  // A plain OCI file is shipped as it is.
  if (profile === undefined || (dialect === 'docker' && profile.format === 'oci')) return undefined;
  const text = new TextDecoder().decode(dialect === 'containerd' ? content : profile.builds[0]!.content);
  const said = execFileSync(runc.path, ['--version'], { encoding: 'utf8' });
  const libseccomp = tableVersionOf(/libseccomp: (\S+)/.exec(said)?.[1] ?? '')!;
  const facts = {
    ...defaultCompileOptions,
    architecture: HERE,
    runtime: 'runc',
    libseccomp,
    dialect,
  } as const;
  return {
    name: `${name} as ${dialect} on ${runc.version}`,
    runc,
    text,
    filter: resolve(profile.source, facts),
  };
};

/** Loads six at a time: a few containers wait for a call that never returns. Those that never come up are left out. */
const loadAll = async (jobs: readonly Job[]): Promise<readonly Loaded[]> => {
  const loaded: Loaded[] = [];
  const queue = jobs.values();
  const work = async (): Promise<void> => {
    for (const job of queue) {
      const { program } = await filters.load(job.runc, job.text);
      if (program !== undefined) loaded.push({ ...job, program });
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return loaded;
};

const compare = (loaded: readonly Loaded[]): Tally => {
  const tally: Tally = { exact: 0, unsure: 0, unsureMismatches: 0, mismatches: [] };
  for (const { name, filter, program: bytes } of loaded) {
    const program = parseProgram(bytes);
    for (const call of probesOf(filter)) {
      const { outcome, by, certainty } = evaluate(filter, call);
      const real = runProgram(program, call);
      const isMismatch = codeOf(outcome) !== real;
      if (certainty === 'exact') {
        tally.exact += 1;
        if (isMismatch)
          tally.mismatches.push(
            `${name}: ${describe(call)}: ${by} ${outcome.action}, 0x${real.toString(16)}`,
          );
      } else {
        tally.unsure += 1;
        if (isMismatch) tally.unsureMismatches += 1;
      }
    }
  }
  return tally;
};

const describe = ({ architecture, number, args }: Call): string =>
  `${architecture} ${number}(${args.join(', ')})`;

const tell = (what: string, count: number, { exact, unsure, unsureMismatches, mismatches }: Tally): void => {
  const counted = `${exact} sure probes, ${mismatches.length} mismatches; ${unsure} unsure, ${unsureMismatches} mismatches`;
  process.stderr.write(`runtime/filter: ${what}: ${count} filters, ${counted}\n`);
};

const isRaw = (file: string, text: string): boolean =>
  file.endsWith('.json') && !text.includes('"ociVersion"');

test('every profile of the corpus that loads does what evaluation says, raw on both runcs and as it is shipped', async () => {
  const jobs = readdirSync(folder).flatMap((file) => {
    const content = readFileSync(join(folder, file));
    const raw = isRaw(file, content.toString())
      ? runcs.map((runc) => jobFor(file, content, runc, 'containerd'))
      : [];
    return [...raw, jobFor(file, content, runcs[0]!, 'docker')].filter((job) => job !== undefined);
  });
  const loaded = await loadAll(jobs);
  const tally = compare(loaded);
  tell('corpus', loaded.length, tally);
  assert.equal(tally.mismatches.slice(0, 20), []);
  assert.ok(
    tally.exact >= 60_000 && loaded.length >= 100,
    `${tally.exact} probes of ${loaded.length} filters`,
  );
  // Where evaluation is not sure it must still be rare, and mostly right.
  assert.ok(tally.unsure * 100 < tally.exact && tally.unsureMismatches * 10 < tally.unsure);
});

test('the kernel decides as evaluation says', async () => {
  const names = ['moby__profiles__default.json', 'containerd__containerd__2.1.9-generated-default.json'];
  const files = readdirSync(folder).filter((file) => names.includes(file));
  assert.is(files.length, names.length);
  const jobs = files.map((file) => {
    const content = readFileSync(join(folder, file));
    return jobFor(file, content, runcs[0]!, 'docker') ?? jobFor(file, content, runcs[0]!, 'containerd')!;
  });
  for (const { filter, program, name } of await loadAll(jobs)) {
    const probes = probesOf(filter).filter(isAskable);
    const lines = probes.map(({ architecture, number, args }) =>
      [architecture === 'SCMP_ARCH_X86' ? 32 : 64, number, ...args].join(' '),
    );
    const wanted = probes.map((call) => renderForKernel(evaluate(filter, call).outcome));
    const answers = filters.ask(program, lines);
    const wrong = lines.flatMap((line, at) =>
      answers[at] === wanted[at] ? [] : [`${line}: ${answers[at]}`],
    );
    process.stderr.write(`runtime/filter: kernel: ${name}: ${lines.length} probes\n`);
    assert.ok(lines.length > 700);
    assert.equal(wrong.slice(0, 20), []);
  }
});

/** The oracle makes calls in two ways only; uretprobe and uprobe never reach a filter; -1 is no call. */
const isAskable = ({ architecture, number, args }: Call): boolean =>
  ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X32', 'SCMP_ARCH_X86'].includes(architecture) &&
  number < 0x7fff_ffff &&
  !(architecture === 'SCMP_ARCH_X86_64' && (number === 335 || number === 336)) &&
  (architecture !== 'SCMP_ARCH_X86' || args.every((value) => value < 2n ** 32n));

const renderForKernel = ({ action, errno }: ReturnType<typeof evaluate>['outcome']): string => {
  if (action === 'SCMP_ACT_ERRNO') return `ERRNO ${errno}`;
  if (action === 'SCMP_ACT_KILL_THREAD' || action === 'SCMP_ACT_KILL_PROCESS') return 'KILL';
  return action === 'SCMP_ACT_TRAP' ? 'TRAP 0' : 'PERMIT';
};

test('random rules come out of libseccomp as evaluation says, wherever it is sure', async () => {
  const texts = fc.sample(sampleRules, { numRuns: 12, seed: 4 });
  const jobs = texts.map((text, at) =>
    jobFor(`random ${at}`, new TextEncoder().encode(text), runcs[at % 2]!, 'containerd'),
  );
  assert.is(jobs.filter((job) => job === undefined).length, 0);
  const loaded = await loadAll(jobs.filter((job) => job !== undefined));
  const tally = compare(loaded);
  tell('random rules', loaded.length, tally);
  assert.equal(tally.mismatches.slice(0, 20), []);
  assert.is(loaded.length, texts.length);
});

test.run();
