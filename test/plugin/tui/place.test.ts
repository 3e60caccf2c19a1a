// Addresses: what the breadcrumb shows is what `ui ADDRESS` opens.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatPlace, parsePlace } from '../../../plugin/tui/place.ts';

const test = suite('plugin/tui/place');

test('every address leads back to where it was read', () => {
  for (const address of [
    'fleet',
    'fleet/zone=eu-1a',
    'fleet/state:web=failed',
    'bundles',
    'bundle/web',
    'bundle/web@v3',
    'bundle/web@v3~v1',
    'bundle/web/sub/nginx.json',
    'bundle/web@v3/nginx.json',
    'node/worker-1.example',
    'workloads',
    'workloads/web/nginx.json',
    'history/web',
    'diff/web/v1..v3/sub/nginx.json',
    'diff/../new/web.json..web@v3/web.json',
    'diff/web@v1/a.json..web@v2/b.json',
    'files/profiles/new',
    'rollout',
  ])
    assert.is(formatPlace(parsePlace(address)!), address);
});

test('what is no place is not taken for one, and nothing can be run by an address', () => {
  for (const address of [
    '',
    'nowhere',
    'node',
    'node/',
    'history',
    'history/a/b',
    'diff/web',
    'diff/web/v1..v2',
    'fleet/x',
    'fleet/node=1',
    'preview/delete web',
    'command/lint x',
    'bundle/',
    'bundle/web@v3~v1/x',
  ])
    assert.is(parsePlace(address), undefined, address);
});

test.run();
