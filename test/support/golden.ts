// Golden files: what was shown before is what must be shown now. UPDATE_GOLDEN=1 writes them anew, to be reviewed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';

/** Compares a text with `test/fixtures/output/<name>`. */
export const matchGolden = (name: string, text: string): void => {
  const path = fileURLToPath(new URL(`../fixtures/output/${name}`, import.meta.url));
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  assert.is(text, readFileSync(path, 'utf8'), name);
};
