// The table of what runtimes need, proven on those of this machine: with what it lists a container starts, and without any
// one of what it calls needed none does, and says so as predicted.
import * as assert from 'uvu/assert';
import { nativeOf } from '../../src/profile/architectures.ts';
import { GO_CALLS, NEEDS, type Needs } from '../../src/profile/start/needs.ts';
import { type Prediction, predictLoad } from '../../src/profile/start/predict-load.ts';
import { isAtLeast } from '../../src/profile/start/runtimes.ts';
import { syscallsOf } from '../../src/profile/syscalls.ts';
import { readDocument } from '../support/read-document.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import {
  findRuntimes,
  type LocalRuntime,
  type MarkedContainers,
  prepareMarked,
  runAll,
} from './marked-containers.ts';
import type { MarkedOutcome } from './marked-program.ts';
import { HERE } from './runc.ts';
import { isTold } from './told.ts';

const test = suiteThatNeeds('runtime/needs', ['linux', 'root', 'runc', 'cc']);

let containers: MarkedContainers;
let rows: readonly (Needs & { readonly runtime: LocalRuntime })[];
test.before(() => {
  containers = prepareMarked();
  rows = findRuntimes().flatMap((runtime) =>
    [true, false].map((noNewPrivileges) => ({ ...rowOf(runtime, noNewPrivileges), runtime })),
  );
});
test.after(() => containers?.remove());

const rowOf = ({ name, version }: LocalRuntime, noNewPrivileges: boolean): Needs =>
  NEEDS.findLast(
    (one) => one.name === name && one.noNewPrivileges === noNewPrivileges && isAtLeast(version, one.since),
  )!;

/** What the program makes itself. */
const OWN = ['mkdirat', 'exit_group'] as const;

type Default = 'SCMP_ACT_ERRNO' | 'SCMP_ACT_KILL_PROCESS';

const allow = (names: readonly string[], defaultAction: Default): string =>
  JSON.stringify({ defaultAction, syscalls: [{ names: [...names, ...OWN], action: 'SCMP_ACT_ALLOW' }] });

interface Trial {
  readonly title: string;
  readonly prediction: Prediction;
  readonly outcome: MarkedOutcome;
}

const tryOut = async (
  title: string,
  text: string,
  { runtime, noNewPrivileges }: (typeof rows)[number],
): Promise<Trial> => {
  const { name, version, libseccomp } = runtime;
  const node = { reader: 'raw', architecture: HERE, noNewPrivileges } as const;
  const outcome = await containers.start(runtime, text, noNewPrivileges);
  const prediction = predictLoad(readDocument(text), { ...node, runtime: name, version, libseccomp });
  const who = `${name} ${version}${noNewPrivileges ? '' : ' with new privileges'}`;
  return { title: `${who}, ${title}: ${outcome.code} ${outcome.output.slice(0, 200)}`, prediction, outcome };
};

for (const defaultAction of ['SCMP_ACT_ERRNO', 'SCMP_ACT_KILL_PROCESS'] as const) {
  test(`with what the table lists and ${defaultAction} for the rest, containers start`, async () => {
    const jobs = rows.flatMap((row) => {
      const text = allow([...row.needed, ...row.made], defaultAction);
      // Go's runtime differs from run to run.
      return Array.from({ length: 4 }, () => () => tryOut('with the listed', text, row));
    });
    for (const { title, prediction, outcome } of await runAll(jobs)) {
      assert.is(outcome.marker, 0, title);
      assert.is(prediction.kind, 'accepted', title);
    }
  });
}

/** Every call but one, which then gets the default. */
const allBut = (name: string, libseccomp: string): readonly string[] =>
  [...syscallsOf(nativeOf(HERE), libseccomp)].flatMap(([one, { number }]) =>
    one === name || number === undefined ? [] : [one],
  );

test('without any one that is needed nothing starts, and what shows is what was predicted', async () => {
  const jobs = rows.flatMap((row) =>
    row.needed
      .filter((name) => row.instead?.[name] === undefined)
      .map((name) => () => {
        const text = allow(allBut(name, row.runtime.libseccomp), 'SCMP_ACT_ERRNO');
        return tryOut(`without ${name}`, text, row);
      }),
  );
  for (const { title, prediction, outcome } of await runAll(jobs)) {
    assert.is(outcome.marker, undefined, title);
    if (prediction.kind !== 'refused') throw new Error(`${title}: ${prediction.kind}`);
    assert.ok(isTold(prediction.message, outcome.output), `${title}: ${prediction.message}`);
  }
  assert.ok(jobs.length > 60, `${jobs.length}`);
});

test('without one that is only made, or that has another in its place, containers start', async () => {
  const jobs = rows.flatMap((row) =>
    [...row.made.filter((name) => !GO_CALLS.includes(name)), ...Object.keys(row.instead ?? {})].map(
      (name) => () => {
        const text = allow(allBut(name, row.runtime.libseccomp), 'SCMP_ACT_ERRNO');
        return tryOut(`without ${name}`, text, row);
      },
    ),
  );
  for (const { title, prediction, outcome } of await runAll(jobs)) {
    assert.is(outcome.marker, 0, title);
    assert.is(prediction.kind, 'accepted', title);
  }
});

test('where one that is made kills, nothing starts', async () => {
  const jobs = rows.flatMap((row) =>
    [...row.needed, ...row.made]
      .filter((name) => !GO_CALLS.includes(name) || row.runtime.name === 'crun')
      // crun has it from a later version on.
      .filter((name) => !(row.runtime.name === 'crun' && name === 'close_range'))
      .map((name) => () => {
        const text = allow(allBut(name, row.runtime.libseccomp), 'SCMP_ACT_KILL_PROCESS');
        return tryOut(`without ${name}`, text, row);
      }),
  );
  for (const { title, prediction, outcome } of await runAll(jobs)) {
    assert.is(outcome.marker, undefined, title);
    if (prediction.kind !== 'refused') throw new Error(`${title}: ${prediction.kind}`);
    assert.ok(isTold(prediction.message, outcome.output), `${title}: ${prediction.message}`);
  }
});

test.run();
