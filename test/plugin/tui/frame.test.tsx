// Whole frames as the terminal gets them, through Ink: at 80×24 and 160×50, with colour and without.
import { readFileSync, writeFileSync } from 'node:fs';
import { renderToString } from 'ink';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Frame } from '../../../plugin/tui/components/Frame.tsx';
import { frameOf } from '../../../plugin/tui/frame.ts';
import { lineText, lineWidth } from '../../../plugin/tui/line.ts';
import { readAloud } from '../../../plugin/tui/spoken.ts';
import type { Size, State } from '../../../plugin/tui/state.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { matchGolden } from '../../support/golden.ts';
import { drawPictures, PICTURES_FOLDER } from '../../support/ui-pictures.ts';
import { act, LARGE, press, SMALL, sampleState } from '../../support/ui-samples.ts';
import { SCENES } from '../../support/ui-scenes.ts';

const test = suite('plugin/tui/frame');

const draw = (state: State, isColored: boolean): string => {
  const lines = frameOf(state);
  return `${renderToString(<Frame lines={lines} theme={{ isColored }} />, { columns: state.size.columns })}\n`;
};

const visible = (text: string): string => text.replaceAll('\u001b', '^[');

for (const [name, scene] of Object.entries(SCENES)) {
  for (const size of [SMALL, LARGE]) {
    const title = `${name}-${size.columns}x${size.rows}`;
    test(`${title} is drawn as before, in exactly as many lines as there are rows`, () => {
      const state = scene(size);
      const plain = draw(state, false);
      assert.is(plain.split('\n').length - 1, size.rows);
      matchGolden(`ui/${title}.txt`, visible(plain));
    });
  }
}

test('colour adds nothing but colour: without its sequences the frame is the same', () => {
  for (const [name, scene] of Object.entries(SCENES)) {
    const state = scene(SMALL);
    const colored = draw(state, true);
    assert.is(
      colored.replace(/\u001b\[[\d;]*m/g, ''),
      draw(state, false).replace(/\u001b\[[\d;]*m/g, ''),
      name,
    );
    for (const [sequence] of colored.matchAll(/\u001b\[[^m]*m/g))
      assert.match(sequence, /^\u001b\[(?:0|1|2|7|1;35|3[1-6]|22|27|39)m$/, name);
  }
});

for (const name of ['fleet-groups', 'profile', 'rollout'] as const)
  test(`${name} has its colours as before`, () => {
    matchGolden(`ui/${name}-80x24.ansi.txt`, visible(draw(SCENES[name](SMALL), true)));
  });

test('without colour the only sequences are bold and inverse', () => {
  for (const scene of Object.values(SCENES))
    for (const [sequence] of draw(scene(SMALL), false).matchAll(/\u001b\[[^m]*m/g))
      assert.match(sequence, /^\u001b\[(?:0|1|7|22|27)m$/);
});

test('every line is exactly as wide as the terminal, whatever its size', () => {
  for (const size of [
    SMALL,
    LARGE,
    { columns: 40, rows: 8 },
    { columns: 81, rows: 25 },
    { columns: 300, rows: 90 },
  ])
    for (const [name, scene] of Object.entries(SCENES)) {
      const lines = frameOf(scene(size));
      assert.is(lines.length, size.rows, `${name} at ${size.columns}×${size.rows}`);
      for (const one of lines) assert.is(lineWidth(one), size.columns, `${name}: ${lineText(one)}`);
    }
});

test('a terminal that is too small is told so instead of a broken frame', () => {
  const state = act(sampleState(), { kind: 'resized', size: { columns: 30, rows: 5 } });
  assert.match(frameOf(state).map(lineText).join('\n'), /30×5 is too small/);
});

test('wide and combining characters keep the columns straight', () => {
  const nodes = ['ノード', 'é́-node', 'plain'].map((name) => sampleNode(name));
  const state = act(sampleState('fleet', { nodes: 0 }), {
    kind: 'fleet',
    news: [...nodes.map((node) => ({ kind: 'node', node }) as const), { kind: 'synced', part: 'nodes' }],
  });
  for (const one of frameOf(state)) assert.is(lineWidth(one), 80, lineText(one));
});

test('nothing that a cluster says moves the cursor or hides what follows', () => {
  const evil = 'node\u001b[2J\u009b31m\u202e\r\nfake';
  const state = act(sampleState('fleet', { nodes: 0 }), {
    kind: 'fleet',
    news: [
      { kind: 'node', node: sampleNode(evil, { exclusion: evil, kernel: evil, runtime: evil }) },
      { kind: 'lost', part: 'nodes', message: evil },
      { kind: 'synced', part: 'records' },
    ],
  });
  for (const shown of [state, press(state, '<return>')]) {
    const text = frameOf(shown).map(lineText).join('');
    assert.not.match(text, /[\u0000-\u001f\u007f-\u009f\u202e]/);
    assert.match(text, /\^\[\[2J/);
  }
});

test('a lost connection is shown, and what is known stays in sight', () => {
  const state = act(sampleState(), {
    kind: 'fleet',
    news: [{ kind: 'lost', part: 'nodes', message: 'connection refused' }],
  });
  const lines = frameOf(state).map(lineText);
  assert.match(lines[0]!, /NOT LIVE/);
  assert.match(lines.at(-3)!, /connection refused/);
  // What can be done here stays in sight too.
  assert.match(lines.at(-1)!, /Enter open.*Ctrl-R tries again/);
  assert.match(lines.join('\n'), /node-12/);
  const back = act(state, { kind: 'fleet', news: [{ kind: 'synced', part: 'nodes' }] });
  assert.match(lineText(frameOf(back)[0]!), /live/);
});

test('every screen names the command with the same content', () => {
  for (const [name, scene] of Object.entries(SCENES))
    assert.match(lineText(frameOf(scene(SMALL)).at(-2)!), /^kubectl seccomp [a-z]+/, name);
});

test('for screen readers the same is said in plain lines, the chosen row as such', () => {
  const lines = readAloud(press(sampleState(), 'j')).map(lineText);
  assert.ok(lines.some((one) => /^selected: node-02, yes, S v2/.test(one)));
  assert.not.ok(lines.some((one) => /\u001b| {2}/.test(one)));
  const marked = readAloud(press(sampleState('history/web'), 'm', 'j')).map(lineText);
  assert.ok(marked.some((one) => /^marked: v\d/.test(one)));
  assert.ok(
    readAloud(press(sampleState('history/web'), 'm')).some((one) =>
      /^selected, marked: v/.test(lineText(one)),
    ),
  );
});

test('what could not be read is not said to be none, nor to be read for ever', () => {
  const message =
    'nodes is forbidden: User "somebody" cannot list resource "nodes" in API group "" at the cluster scope';
  const places = ['fleet', 'bundles', 'bundle/web', 'bundle/web/web.json', 'history/web', 'node/node-01'];
  for (const place of places) {
    const state = act(sampleState(place, { nodes: 0 }), {
      kind: 'fleet',
      news: [
        { kind: 'ended', part: 'nodes', message },
        { kind: 'ended', part: 'records', message },
      ],
    });
    const text = frameOf(state)
      .map((one) => lineText(one).trimEnd())
      .join('\n');
    assert.match(text, /could not be read/, place);
    assert.not.match(text, /Reading|Nothing is recorded|\b0 (nodes|bundles)/, place);
    // The message is there to its end.
    assert.match(text.replaceAll('\n', ' '), /in API group "" at the cluster scope/, place);
  }
});

test('the command line is shown as a whole before anything is sent', () => {
  const words = `apply -f ${'long-folder/'.repeat(12)} --name web --waves 1,10%,100% --dry-run=none`;
  const lines = frameOf(press(sampleState(), `:${words}`, '<return>')).map((one) => lineText(one).trim());
  assert.match(lines.join(' '), /--name web --waves 1,10%,100% --dry-run=none/);
});

test('the pictures of the documentation are those of these frames', async () => {
  for (const [file, svg] of await drawPictures()) {
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(PICTURES_FOLDER + file, svg);
    assert.is(svg, readFileSync(PICTURES_FOLDER + file, 'utf8'), `docs/ui/${file}`);
  }
});

test('for screen readers nothing is cut and nothing stands side by side, whatever the terminal is', () => {
  const narrow = { columns: 40, rows: 24 };
  const said = (state: State): string => readAloud(state).map(lineText).join('\n');
  assert.not.match(said(SCENES.node(narrow)), /[a-z]…/);
  assert.match(said(SCENES.bundle(narrow)), /v verify, D delete/);
  assert.not.match(said(SCENES.profile(LARGE)), /│/);
});

test('the first frame is drawn before anything is known', () => {
  const size: Size = SMALL;
  for (const place of [
    'fleet',
    'bundles',
    'bundle/web',
    'bundle/web/web.json',
    'node/x',
    'workloads',
    'history/web',
  ])
    assert.is(frameOf(sampleState(place, { nodes: 0, size })).length, size.rows, place);
});

test.run();
