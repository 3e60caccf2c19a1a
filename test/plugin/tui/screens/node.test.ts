// Node: what its disk showed.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frameOf } from '../../../../plugin/tui/frame.ts';
import { lineText } from '../../../../plugin/tui/line.ts';
import type { Inspection } from '../../../../src/protocol/report.ts';
import { digest16 } from '../../../../src/rollout/names.ts';
import { digestOf, sampleState } from '../../../support/ui-samples.ts';

const test = suite('plugin/tui/screens/node');

test('what a disk showed stands in whole lines, and says what is foreign', () => {
  const digest = digest16(digestOf('web', 2));
  const inspection = {
    bundles: [
      {
        name: 'web',
        current: `web@${digest}`,
        generations: [
          {
            digest: digestOf('web', 2),
            state: 'drifted',
            drift: [{ path: 'a-rather-long-name-of-a-profile.json', kind: 'changed' }],
          },
        ],
        problems: [],
      },
    ],
    leftovers: [],
    foreign: ['somebody-elses-folder/with-a-long-name.json'],
  } as const satisfies Inspection;
  const known = sampleState('node/node-01');
  const state = { ...known, inspections: { 'node-01': { inspection, atMs: known.nowMs } } };
  const text = frameOf(state).map(lineText).join('\n');
  assert.match(text, /foreign: somebody-elses-folder\/with-a-long-name\.json/);
  assert.match(text, new RegExp(`web@${digest} drifted`));
  assert.match(text, /changed: \S*a-rather-long-name-of-a-profile\.json/);
  assert.match(text, /the same/);
  assert.match(frameOf(state).map(lineText).at(-2)!, /verify --nodes node-01/);
});

test.run();
