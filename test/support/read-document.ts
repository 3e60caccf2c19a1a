// Reads a JSON text into its tree, for tests that begin with one.
import type { DocumentNode } from '../../src/profile/document.ts';
import { readJson } from '../../src/profile/read-json.ts';
import { createReport } from '../../src/profile/report.ts';

/** Reads JSON; throws where it is none. */
export const readDocument = (text: string): DocumentNode => {
  const report = createReport('f', text);
  const root = readJson(text, report);
  if (root === undefined || report.hasErrors()) throw new Error(`no JSON: ${text}`);
  return root;
};
