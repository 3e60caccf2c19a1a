// Keys of single screens: what they do there, seen in the state.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needsOf } from '../../../plugin/tui/needs.ts';
import { formatPlace } from '../../../plugin/tui/place.ts';
import { currentVisit, type State } from '../../../plugin/tui/state.ts';
import { ALLOWED_BY_LINE_10, act, answered, press, SMALL, sampleState } from '../../support/ui-samples.ts';
import { SCENES } from '../../support/ui-scenes.ts';

const test = suite('plugin/tui/screen-keys');

const trailOf = ({ trail }: State): string => trail.map(({ place }) => formatPlace(place)).join(' > ');

test('on a profile n goes from rule to rule and p to the findings', () => {
  const state = press(SCENES.profile(SMALL), 'g');
  const lineOf = (one: State): number => currentVisit(one).cursor + 1;
  assert.equal([press(state, 'n'), press(state, 'nn'), press(state, 'nnn')].map(lineOf), [2, 6, 10]);
  assert.is(lineOf(press(state, 'nnnN')), 6);
  assert.is(lineOf(press(state, 'p')), 10);
});

test('a call is asked about while it is typed, and Enter goes to the line that decides it', () => {
  const typing = press(SCENES.profile(SMALL), 'g', 'e', 'mount a0=0x');
  const words = ['eval', './web@v2/web.json', 'mount', '-o', 'json'];
  assert.ok(needsOf(typing).some((need) => need.kind === 'ask' && need.words.join() === words.join()));
  const known = answered(typing, words, ALLOWED_BY_LINE_10);
  const state = press(known, '<return>');
  assert.is(currentVisit(state).cursor, 9);
  assert.is(state.prompt, undefined);
  const none = press(SCENES.profile(SMALL), 'e', 'mounnt', '<return>');
  assert.match(none.message?.text ?? '', /"mounnt" names no system call/);
});

test('a change over to the context where one is keeps all that is known; to another nothing of it stays', () => {
  const known = sampleState('node/node-01');
  const inspection = { bundles: [], foreign: [], leftovers: [] };
  const state = act(
    { ...known, inspections: { 'node-01': { inspection, atMs: known.nowMs } } },
    { kind: 'contexts', names: ['prod', 'test'] },
  );
  const same = press(state, ':context prod', '<return>');
  assert.is(same.fleet, state.fleet);
  assert.is(trailOf(same), 'fleet');
  const other = press(state, ':context test', '<return>');
  assert.equal([other.fleet.nodes, other.inspections], [[], {}]);
});

test('on a node u shows who runs there, and d compares what it has with what it should have', () => {
  const node = sampleState('node/node-03');
  const asked = press(node, 'u');
  assert.is(trailOf(asked), 'node/node-03 > workloads');
  assert.is(currentVisit(asked).filter, 'node-03');
  assert.match(trailOf(press(node, 'jjd')), /> command\/diff web@[0-9a-f]{16} web@[0-9a-f]{16}$/);
  assert.match(press(node, 'd').message?.text ?? '', /node-03 has what it should have of api/);
});

test('v on the fleet verifies the node or the group that the cursor is on', () => {
  assert.is(trailOf(press(sampleState(), 'jv')), 'fleet > preview/verify --nodes node-02');
  const zones = press(sampleState('fleet', { nodes: 100 }), 'bb', 'v');
  assert.is(trailOf(zones), 'fleet > preview/verify -l topology.kubernetes.io/zone=eu-1a');
  // By state, and in no pool: no label tells them, so that they are named, or too many for it.
  const [few, many] = [100, 5_000].map((nodes) => press(sampleState('fleet', { nodes }), 'v'));
  assert.match(trailOf(few!), /^fleet > preview\/verify --nodes node-\d+(,node-\d+){1,49}$/);
  assert.is(trailOf(many!), 'fleet');
  assert.match(many!.message?.text ?? '', /too many to name/);
});

test('from a profile f begins a comparison with a file; from a file d begins one with a profile', () => {
  const profile = press(SCENES.profile(SMALL), 'f');
  assert.is(profile.prompt?.text, 'diff web@v2/web.json ');
  const listed = act(sampleState('files/new'), {
    kind: 'listed',
    folder: 'new',
    loaded: { value: { path: '/p/new', entries: [{ name: 'web.json', isFolder: false }] } },
  });
  const file = press(listed, 'G', 'd', 'web@v2/web.json', '<return>');
  assert.is(trailOf(file), 'files/new > diff/web@v2/web.json../p/new/web.json');
});

test('of two marked revisions what differs is listed, and d shows one profile side by side', () => {
  const state = press(sampleState('history/web'), 'j', 'm', 'k', 'd');
  assert.is(trailOf(state), 'history/web > bundle/web@v2~v1');
  assert.is(trailOf(press(state, 'd')), 'history/web > bundle/web@v2~v1 > diff/web/v1..v2/web.json');
});

test('what is applied is chosen among files, and can be changed before it is even shown', () => {
  const listed = act(
    sampleState(),
    { kind: 'open', place: { screen: 'files', folder: '.' } },
    {
      kind: 'listed',
      folder: '.',
      loaded: { value: { path: '/home/me', entries: [{ name: 'My Profiles.v2', isFolder: true }] } },
    },
  );
  const prompted = press(listed, 'G', 'a');
  assert.is(prompted.prompt?.text, "apply -f '/home/me/My Profiles.v2' --name my-profiles");
  const state = press(prompted, ' --waves 1,100%', '<return>');
  assert.is(
    trailOf(state),
    'fleet > files/. > preview/apply -f /home/me/My Profiles.v2 --name my-profiles --waves 1,100%',
  );
});

test.run();
