import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderLogEntry } from '../../../plugin/output/log-entry.ts';

const test = suite('plugin/output/log-entry');

const at = {
  nowMs: new Date(2026, 10, 3, 5, 4, 6, 62).getTime(),
  processId: 3250,
  source: 'kubectl-seccomp',
};

test('a line has klog’s form: day, time, process, place, message, fields', () => {
  const fields = [
    ['verb', 'GET'],
    ['url', 'https://x/a?b="c"'],
    ['milliseconds', 3],
    ['headers', ''],
  ] as const;
  assert.is(
    renderLogEntry({ message: 'Response', fields }, at),
    `I1103 05:04:06.062000    3250 kubectl-seccomp:0] "Response" verb="GET" url="https://x/a?b=\\"c\\"" milliseconds=3 headers=""\n`,
  );
});

test('a value of several lines is indented', () => {
  const line = renderLogEntry(
    {
      message: 'm',
      fields: [
        ['a', 'x: 1\ny: 2\n'],
        ['b', 2],
      ],
    },
    at,
  );
  assert.match(line, /"m" a=<\n\tx: 1\n\ty: 2\n > b=2\n$/);
});

test('nothing of the server’s text moves the cursor or turns the line around', () => {
  const evil = 'a\u001b[2Jb\rc\u202ed\u0007';
  for (const value of [evil, `${evil}\n`]) {
    const line = renderLogEntry({ message: evil, fields: [['x', value]] }, at);
    assert.not.match(line, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  }
});

test.run();
