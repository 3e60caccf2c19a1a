// What is typed: its cursor, what Tab makes of it, and that all of it which matters is in sight.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frameOf } from '../../../plugin/tui/frame.ts';
import { lineText, lineWidth } from '../../../plugin/tui/line.ts';
import { formatPlace } from '../../../plugin/tui/place.ts';
import { currentVisit, type State, wholeText } from '../../../plugin/tui/state.ts';
import { ALLOWED_BY_LINE_10, answered, press, SMALL, sampleState } from '../../support/ui-samples.ts';
import { SCENES } from '../../support/ui-scenes.ts';

const test = suite('plugin/tui/prompt-keys');

const frame = (state: State): string[] => frameOf(state).map(lineText);
const lastLine = (state: State): string => frame(state).at(-1)!.trimEnd();
const placeOf = (state: State): string => formatPlace(currentVisit(state).place);

test('the cursor goes left and right, and what is typed comes in where it is', () => {
  const state = press(sampleState(), ':apply -f web', '<left>', '<left>', '<left>', 'my-', '<end>', ' -R');
  assert.is(lastLine(state), ':apply -f my-web -R');
  assert.is(lastLine(press(state, '<home>', 'x')), ':xapply -f my-web -R');
  assert.is(lastLine(press(state, '<c-a>', '<right>', '<backspace>')), ':pply -f my-web -R');
  assert.is(lastLine(press(state, '<left>', '<c-k>')), ':apply -f my-web -');
  assert.is(lastLine(press(state, '<left>', '<c-u>')), ':R');
  assert.is(placeOf(press(state, '<home>', '<return>')), 'preview/apply -f my-web -R');
});

test('of a long line the cursor is in sight, at its end and in its middle, with wide letters too', () => {
  for (const name of ['x'.repeat(100), 'ノード'.repeat(20)]) {
    const state = press(sampleState(), `:apply -f ${name}.json`);
    const [before = ''] = [lastLine(state)];
    assert.match(before, /^:….*\.json$/);
    assert.is(lineWidth(frameOf(state).at(-1)!), 80);
    const back = press(state, '<home>');
    assert.match(lastLine(back), /^:apply -f .*…$/);
  }
});

test('what Tab has chosen stands in the line, and typing goes on from there', () => {
  const state = press(sampleState(), ':rollb', '<tab>');
  assert.is(lastLine(state), ':rollback');
  assert.is(lastLine(press(state, 'web')), ':rollback web');
  assert.is(wholeText(press(state, '<backspace>').prompt!), 'rollback');
});

test('where a name is due Tab knows those that there are: nodes, bundles, profiles', () => {
  const choose = (typed: string): string => lastLine(press(sampleState(), typed, '<tab>'));
  assert.is(choose(':node/node-1'), ':node/node-10');
  assert.is(choose(':history/'), ':history/api');
  assert.is(choose(':bundle/we'), ':bundle/web');
  assert.is(choose(':bundle/web/si'), ':bundle/web/sidecar.json');
  assert.is(
    choose(':bind deployment/shop -n default web/si'),
    ':bind deployment/shop -n default web/sidecar.json',
  );
  assert.is(choose(':bind deployment/shop -n we'), ':bind deployment/shop -n we');
  assert.match(choose(':explain web@v2/si'), /^:explain web@v\d+\/sidecar\.json$/);
  assert.is(choose(':usage we'), ':usage web');
  assert.is(choose(':rollback d'), ':rollback db');
});

test('while a call is typed Tab completes its name, and its fate stands above whatever is shown', () => {
  const typing = press(SCENES.profile(SMALL), 'e', 'moun');
  assert.match(frame(typing).at(-3)!, /^mount {2}mount_setattr/);
  const asked = press(typing, '<tab>', ' a0=1 flags');
  assert.is(lastLine(asked), 'call: mount a0=1 flags');
  const known = answered(
    asked,
    ['eval', './web@v2/web.json', 'mount', 'a0=1', '-o', 'json'],
    ALLOWED_BY_LINE_10,
  );
  for (const shown of [known, press(known, '<return>'), press(known, '<return>', '<tab>')]) {
    assert.match(frame(shown)[2]!, /^mount a0=1: goes through, ALLOW, line 10/);
    assert.match(frame(shown)[3]!, /^left out: flags/);
  }
  assert.is(frame(known).at(-2)!.trimEnd(), 'kubectl seccomp eval web@v2/web.json mount a0=1');
});

test('in a text / goes to the first place that matches, Tab to the next, Esc takes it back', () => {
  const state = press(SCENES.profile(SMALL), 'g/action');
  assert.is(currentVisit(state).cursor + 1, 2);
  assert.is(currentVisit(press(state, '<tab>')).cursor + 1, 7);
  assert.is(currentVisit(press(state, '<tab>', '<tab>', '<tab>')).cursor + 1, 2);
  const closed = press(state, '<tab>', '<return>');
  assert.is(currentVisit(closed).filter, 'action');
  const selected = frameOf(closed).flatMap((line) => line.filter(({ tone }) => tone === 'selected'));
  assert.equal([...new Set(selected.map(({ text }) => text.toLowerCase()))], ['action']);
  assert.is(currentVisit(press(closed, '<escape>')).filter, '');
});

test('in a table / leaves the rows that match', () => {
  assert.is(
    frame(press(sampleState(), '/node-03')).filter((one) => /^[> ][* ]node-\d\d/.test(one)).length,
    1,
  );
});

test('what is destroyed by --force wants the name of what is applied to be typed', () => {
  const state = press(sampleState(), ':apply -f web --name web --force', '<return>', '<return>');
  assert.match(lastLine(state), /^type web to do it:/);
  assert.match(lastLine(press(state, 'apply', '<return>')), /"apply" is not "web": nothing was done/);
});

test('help about a verb is read at once, also with --read-only', () => {
  const state = sampleState('fleet', { isReadOnly: true });
  assert.is(placeOf(press(state, ':help apply', '<return>')), 'command/apply --help');
  assert.is(press(state, ':help', '<return>').isHelp, true);
  assert.is(lastLine(press(state, ':help ver', '<tab>')), ':help verify');
});

test('two profiles are compared side by side, whole bundles by what the verb prints', () => {
  const compare = (words: string): string => placeOf(press(sampleState(), `:diff ${words}`, '<return>'));
  assert.is(compare('web@v1/web.json web@v2/web.json'), 'diff/web/v1..v2/web.json');
  assert.is(compare('new/web.json web@v2/web.json'), 'diff/new/web.json..web@v2/web.json');
  assert.is(compare('web@v1 web@v2'), 'command/diff web@v1 web@v2');
});

test.run();
