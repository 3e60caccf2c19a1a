// Our judgement against what six runtimes did with 60 odd profiles: nothing refused passes, nothing honoured is refused,
// but for the cases listed here with the reason.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../../support/requires.ts';
import { prepareText, problemsOf, renderedProblems } from './prepare-sample.ts';

const test = suiteThatNeeds('src/profile/battery', ['shared']);

interface Case {
  readonly name: string;
  readonly profile: string;
  readonly outcomes: Readonly<Record<string, string>>;
}

const battery = (): readonly Case[] =>
  readFileSync(join(process.env.SECCOMP_SHARED ?? '', 'oracle/runtime-battery.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);

const started = (outcome: string | undefined): boolean => outcome?.startsWith('rc=0') ?? false;

/** Both runtimes start with these, but they do something else than the file says. */
const REFUSED_THOUGH_STARTED: Readonly<Record<string, string>> = {
  'errnoRet 65536': 'cut to 16 bits, 0: the call "succeeds" without being done',
  'errnoRet 65549': 'cut to 16 bits, 13: another errno than the file says',
  'dup json key defaultAction': 'crun up to 1.21 takes the first, the others the last',
};

/** A runtime does not start with these, yet the file is right, or is right once compiled. */
const ACCEPTED_THOUGH_REFUSED: Readonly<Record<string, string>> = {
  'name singular': 'a Docker field: it is compiled to "names", which crun takes',
  'flag TSYNC': 'only runc 1.1 refuses it: a warning says so',
  'flag LOG': 'only runc 1.1 refuses it: a warning says so',
  'flag SPEC_ALLOW': 'only runc 1.1 refuses it: a warning says so',
  'flag WAIT_KILLABLE_RECV': 'only runc before 1.5 refuses it: a warning says so',
  'listenerPath w/o notify': 'crun needs the socket to exist, as it may on the node: a warning says so',
  'listenerPath missing sock': 'right but for the socket, which may exist on the node',
  'defaultErrno string':
    'a sound profile which allows too little for any program to start; not refused, but killed',
};

test('the battery is the one that was judged here', () => {
  assert.is(battery().length, 60);
});

test('no file that runc 1.3.6 and crun 1.28 both start with is an error, but for those listed', () => {
  const wrong = battery()
    .filter(({ outcomes }) => started(outcomes['runc1.3.6']) && started(outcomes['crun1.28']))
    .filter(({ profile }) => problemsOf(prepareText(profile), 'error').length > 0)
    .map(({ name }) => name);
  assert.equal(wrong.sort(), Object.keys(REFUSED_THOUGH_STARTED).sort());
});

test('every file that runc 1.1.15, runc 1.3.6 or crun 1.28 refuses is an error, but for those listed', () => {
  const wrong = battery()
    .filter(({ outcomes }) =>
      ['runc1.1.15', 'runc1.3.6', 'crun1.28'].some((runtime) => !started(outcomes[runtime])),
    )
    .filter(({ profile }) => problemsOf(prepareText(profile), 'error').length === 0)
    .map(({ name }) => name);
  assert.equal(wrong.sort(), Object.keys(ACCEPTED_THOUGH_REFUSED).sort());
});

test('where a listed exception says that a warning is given, one is', () => {
  for (const { name, profile } of battery()) {
    if (ACCEPTED_THOUGH_REFUSED[name]?.endsWith('a warning says so')) {
      assert.is(problemsOf(prepareText(profile), 'warning').length, 1, name);
    }
  }
});

test('what runtimes silently pass over or turn around is a warning', () => {
  const silent = [
    'errnoRet 0',
    'names empty',
    'two args same index (NE 1, NE 2 => OR)',
    'dup: ERRNO then LOG',
    'dup: ERRNO 1 then ERRNO 13',
    'uncond LOG then cond ERRNO',
    'masked with mask 0 (tautology)',
    'masked datum outside mask',
  ];
  const without = battery()
    .filter(({ name }) => silent.includes(name))
    .filter(({ profile }) => problemsOf(prepareText(profile), 'warning').length === 0);
  assert.equal(
    without.map(({ name }) => name),
    [],
  );
});

test('every error stands in the file, beyond its first character unless it is about the whole', () => {
  for (const { name, profile } of battery()) {
    for (const { line, column, path } of prepareText(profile).problems) {
      assert.ok(line === 1 && column <= profile.length, `${name}: ${renderedProblems(prepareText(profile))}`);
      assert.ok(column > 1 || path === '$', name);
    }
  }
});

test.run();
