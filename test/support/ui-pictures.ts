// `node --import tsx test/support/ui-pictures.ts`: draws the pictures of the documentation, docs/ui/*.svg, from the very
// frames that the UI draws over a recorded fleet. What verbs say in them the verbs themselves have said. The same sources
// give the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../plugin/cli.ts';
import { frameOf } from '../../plugin/tui/frame.ts';
import type { Answer } from '../../plugin/tui/port.ts';
import { diffWords } from '../../plugin/tui/screens/diff.ts';
import { explainWords, lintWords } from '../../plugin/tui/screens/profile.ts';
import type { State } from '../../plugin/tui/state.ts';
import { fakeOutside } from './fake-outside.ts';
import { renderSvg } from './svg.ts';
import { act, answered, press, sampleState } from './ui-samples.ts';
import { SCENES } from './ui-scenes.ts';

const size = (columns: number, rows: number) => ({ columns, rows });

const profileOf = (names: readonly string[], more: readonly string[]): string =>
  [
    '{',
    '  "defaultAction": "SCMP_ACT_ERRNO",',
    '  "defaultErrnoRet": 1,',
    '  "architectures": ["SCMP_ARCH_X86_64"],',
    '  "syscalls": [',
    '    {',
    '      "names": [',
    ...names.map((line, index) => `        ${line}${index + 1 < names.length ? ',' : ''}`),
    '      ],',
    '      "action": "SCMP_ACT_ALLOW"',
    '    },',
    '    {',
    '      "names": ["clone"],',
    '      "action": "SCMP_ACT_ALLOW",',
    '      "args": [{ "index": 0, "value": 2114060288,',
    '                 "op": "SCMP_CMP_MASKED_EQ" }]',
    ...more,
    '    }',
    '  ]',
    '}',
    '',
  ].join('\n');

const NAMES = [
  '"accept4", "bind", "brk", "close"',
  '"connect", "epoll_wait", "execve"',
  '"exit_group", "fcntl", "fstat", "futex"',
  '"listen", "mmap", "openat", "read", "write"',
];

const FILES = {
  './web@v1/web.json': profileOf([...NAMES, '"mknodat"'], []),
  './web@v2/web.json': profileOf(NAMES, [
    '    },',
    '    {',
    '      "names": ["mount", "unshare"],',
    '      "action": "SCMP_ACT_ALLOW"',
  ]),
};
const FILE = 'web@v2/web.json';

/** What the verb says, as the UI gets it. */
const ask = async (words: readonly string[]): Promise<Answer> => {
  const outside = fakeOutside({ files: FILES });
  await runCli([...words], outside);
  return { exitCode: 0, stdout: outside.stdoutText(), stderr: '' };
};

const told = async (state: State, ...asked: readonly (readonly string[])[]): Promise<State> => {
  let now = state;
  for (const words of asked) now = answered(now, words, await ask(words));
  return now;
};

const CALL = ['clone', 'a0=0x10000000'];

const profile = async (): Promise<State> => {
  const opened = act(sampleState('bundle/web/web.json', { size: size(120, 30) }), {
    kind: 'profile',
    name: FILE,
    loaded: { value: FILES[`./${FILE}`] },
  });
  const known = await told(opened, explainWords(FILE), lintWords(FILE), [
    'eval',
    `./${FILE}`,
    ...CALL,
    '-o',
    'json',
  ]);
  return press(known, 'e', CALL.join(' '), '<return>', 'ppp');
};

const diff = (): Promise<State> => {
  const place = { screen: 'diff', before: 'web@v1/web.json', after: FILE } as const;
  return told(sampleState('diff/web/v1..v2/web.json', { size: size(100, 20) }), diffWords(place));
};

/** By the name of the file: what it shows, and the state that is drawn. */
const PICTURES: Readonly<Record<string, readonly [title: string, draw: () => State | Promise<State>]>> = {
  fleet: [
    '5,000 nodes by zone',
    () => press(sampleState('fleet', { size: size(90, 10), nodes: 5000 }), 'bb', 'l'),
  ],
  bundle: ['The profiles of a bundle', () => SCENES.bundle(size(90, 9))],
  profile: ['A profile beside what it does', profile],
  rollout: ['A rollout at work', () => SCENES.rollout(size(90, 19))],
  workloads: ['Which containers run under which profile', () => SCENES.workloads(size(100, 10))],
  diff: ['What a revision changes', diff],
  preview: ['What would happen, before anything is sent', () => SCENES.preview(size(90, 11))],
};

/** Draws every picture, by the name of its file. */
export const drawPictures = async (): Promise<ReadonlyMap<string, string>> => {
  const drawn = new Map<string, string>();
  for (const [name, [title, draw]] of Object.entries(PICTURES)) {
    const state = await draw();
    drawn.set(`${name}.svg`, renderSvg(frameOf(state), state.size.columns, title));
  }
  return drawn;
};

export const PICTURES_FOLDER = fileURLToPath(new URL('../../docs/ui/', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(PICTURES_FOLDER, { recursive: true });
  for (const [file, svg] of await drawPictures()) {
    writeFileSync(PICTURES_FOLDER + file, svg);
    process.stdout.write(`docs/ui/${file}\n`);
  }
}
