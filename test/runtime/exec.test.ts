// What lint says of `kubectl exec` (SP603) on the runtimes of this machine: where it warns, a program can't be run in a
// container that did start, and where it doesn't, it can.
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { lintFile } from '../../src/profile/lint/lint.ts';
import { EXEC_NEEDS, NEEDS, type Needs } from '../../src/profile/start/needs.ts';
import { isAtLeast } from '../../src/profile/start/runtimes.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import {
  type ExecOutcome,
  findRuntimes,
  type LocalRuntime,
  type MarkedContainers,
  prepareMarked,
  runAll,
} from './marked-containers.ts';
import { HERE } from './runc.ts';

const test = suiteThatNeeds('runtime/exec', ['linux', 'root', 'runc', 'cc']);

interface Way {
  readonly runtime: LocalRuntime;
  readonly noNewPrivileges: boolean;
}

let containers: MarkedContainers;
let ways: readonly Way[];
test.before(() => {
  containers = prepareMarked();
  ways = findRuntimes().flatMap((runtime) =>
    [true, false].map((noNewPrivileges) => ({ runtime, noNewPrivileges })),
  );
});
test.after(() => containers?.remove());

const rowOf = (table: readonly Needs[], { runtime, noNewPrivileges }: Way): Needs =>
  table.findLast(
    (one) =>
      one.name === runtime.name &&
      one.noNewPrivileges === noNewPrivileges &&
      isAtLeast(runtime.version, one.since),
  )!;

/** What the program makes itself. */
const OWN = ['mkdirat', 'exit_group'] as const;

const allow = (names: readonly string[]): string =>
  JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: [...names, ...OWN], action: 'SCMP_ACT_ALLOW' }],
  });

/** Returns the calls that the warning names, none where there is none. */
const warnedOf = (text: string, { runtime, noNewPrivileges }: Way): string | undefined => {
  const { name, version, libseccomp } = runtime;
  const { problems } = lintFile(new TextEncoder().encode(text), 'f', 'f', {
    facts: [
      {
        ...defaultCompileOptions,
        ...{ architecture: HERE, dialect: 'docker', runtime: name, runtimeVersion: version, libseccomp },
        noNewPrivileges,
      },
    ],
  });
  const told = problems.find(({ code }) => code === 'SP603');
  return /then needs (.*), which/.exec(told?.message ?? '')?.[1];
};

interface Trial extends ExecOutcome {
  readonly title: string;
  readonly warned: string | undefined;
}

const tryOut = async (title: string, names: readonly string[], way: Way): Promise<Trial> => {
  const text = allow(names);
  const outcome = await containers.exec(way.runtime, text, way.noNewPrivileges);
  const who = `${way.runtime.name} ${way.runtime.version}${way.noNewPrivileges ? '' : ' with new privileges'}`;
  const what = `${who}, ${title}: ${outcome.code} ${outcome.output.slice(0, 200)}`;
  return { ...outcome, title: what, warned: warnedOf(text, way) };
};

const everythingOf = (way: Way): readonly string[] => {
  const rows = [rowOf(NEEDS, way), rowOf(EXEC_NEEDS, way)];
  return [...new Set(rows.flatMap(({ needed, made }) => [...needed, ...made]))];
};

test('with what is needed to start and to exec, and nothing else, a program is run in the container', async () => {
  for (const { title, isStarted, marker, warned } of await runAll(
    ways.map((way) => () => tryOut('with all', everythingOf(way), way)),
  )) {
    assert.ok(isStarted, title);
    assert.is(marker, 0, title);
    assert.is(warned, undefined, title);
  }
});

test('without any one call that only exec needs the container starts, no program is run in it, and lint said so', async () => {
  const jobs = ways.flatMap((way) => {
    const toStart = rowOf(NEEDS, way);
    return rowOf(EXEC_NEEDS, way)
      .needed.filter((name) => !toStart.needed.includes(name))
      .map((name) => async () => {
        const names = everythingOf(way).filter((one) => one !== name);
        return { name, ...(await tryOut(`without ${name}`, names, way)) };
      });
  });
  for (const { name, title, isStarted, marker, warned } of await runAll(jobs)) {
    assert.ok(isStarted, title);
    assert.is(marker, undefined, title);
    assert.is(warned, name, title);
  }
  assert.ok(jobs.length >= 5 || ways.every(({ runtime }) => runtime.name === 'runc'), `${jobs.length}`);
});

test.run();
