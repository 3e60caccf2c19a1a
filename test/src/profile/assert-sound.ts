// What holds of the judgement of any file whatever: no crash, every problem inside the file, and profiles exactly where
// there is no error.
import * as assert from 'uvu/assert';
import type { PreparedFile } from '../../../src/profile/prepared.ts';

/** Throws unless a judgement is sound for the file's content. */
export const assertSound = (content: Uint8Array, prepared: PreparedFile): void => {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content).split(/\r\n|\n|\r/);
  for (const { line, column, endColumn, message, path } of prepared.problems) {
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
    const width = lines[line - 1]!.length + 1;
    assert.ok(column >= 1 && column <= width, `column ${column} of ${JSON.stringify(lines[line - 1])}`);
    assert.ok(endColumn === undefined || (endColumn >= column && endColumn <= width), `up to ${endColumn}`);
    assert.ok(message.length > 10 && path.startsWith('$'));
  }
  const hasError = prepared.problems.some(({ severity }) => severity === 'error');
  assert.ok(!hasError || prepared.profiles.length === 0);
};
