// New tokens in a kubeconfig's text, however it is written.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setProviderValues } from '../../../plugin/cluster/kubeconfig-edit.ts';

const test = suite('plugin/cluster/kubeconfig-edit');

const BLOCK = `# mine
users: # all of them
- name: other
  user: {auth-provider: {name: oidc, config: {id-token: keep}}}
- name: "jo"   # me
  user:
    auth-provider:
      name: oidc
      config:
        client-id: c # the client
        id-token: old.one.x   # to be replaced
        refresh-token: 'r1'
current-context: x
`;

test('only the values change; comments, order and other users stay', () => {
  const edited = setProviderValues(BLOCK, 'jo', { 'id-token': 'new', 'refresh-token': 'r2' });
  assert.is(edited, BLOCK.replace('old.one.x', '"new"').replace(`'r1'`, '"r2"'));
});

test('a value that is not there yet comes first', () => {
  const text = BLOCK.replace('        id-token: old.one.x   # to be replaced\n', '');
  const edited = setProviderValues(text, 'jo', { 'id-token': 'new' });
  assert.is(edited, text.replace('client-id: c', 'id-token: "new"\n        client-id: c'));
});

test('JSON stays JSON', () => {
  const config = { 'client-id': 'c', 'refresh-token': 'r' };
  const text = JSON.stringify({
    users: [{ name: 'jo', user: { 'auth-provider': { name: 'oidc', config } } }],
  });
  const edited = JSON.parse(setProviderValues(text, 'jo', { 'id-token': 'n', 'refresh-token': 's' }));
  assert.equal(edited.users[0].user['auth-provider'].config, {
    'id-token': 'n',
    'client-id': 'c',
    'refresh-token': 's',
  });
});

for (const [what, value] of [
  ['folded', '>-\n          old\n          one'],
  ['literal', '|\n          old'],
  ['over two lines', 'old\n          one'],
  ['empty', ''],
  ['null', '~'],
  ['quoted', '"o\\x6cd"'],
] as const) {
  test(`a ${what} value is replaced whole`, () => {
    const text = BLOCK.replace('old.one.x   # to be replaced', value);
    const edited = setProviderValues(text, 'jo', { 'id-token': 'new' });
    assert.match(edited, /id-token: +"new" *\n +refresh-token: 'r1'\n/);
    assert.match(edited, '# me\n');
  });
}

test('what others refer to, or somebody else’s text, is not edited', () => {
  const shared = BLOCK.replace('old.one.x', '&t old')
    .replace('id-token: keep', 'id-token: *t')
    .replace(/- name: other\n(.*\n)/, '');
  const after = `${shared.replace('current-context: x\n', '')}- name: last\n  user: {auth-provider: {name: oidc, config: {id-token: *t}}}\n`;
  assert.throws(() => setProviderValues(after, 'jo', { 'id-token': 'new' }), /in a way that is not edited/);
  const alias = BLOCK.replace("'r1'", '*r').replace('# mine\n', 'extra: &r r1\n');
  assert.throws(
    () => setProviderValues(alias, 'jo', { 'refresh-token': 'new' }),
    /in a way that is not edited/,
  );
  assert.throws(() => setProviderValues('users: []', 'jo', { 'id-token': 'new' }), /not edited/);
});

test.run();
