// Documents for programs: JSON and YAML of a written, versioned type.
import { stringify } from 'yaml';
import { sanitizeJson } from './sanitize.ts';

export const API_VERSION = 'kubectl-seccomp/v1';

/** Every document says what it is, as Kubernetes objects do; the types stand in documents.ts. */
export interface Document {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: string;
}

export type DocumentFormat = 'json' | 'yaml';

/** Renders a document as indented JSON or as YAML, ending in a newline; parsing gives back the same value. */
export const renderDocument = (document: Document, format: DocumentFormat): string =>
  format === 'json' ? renderJson(document) : renderYaml(document);

const renderJson = (document: Document): string => `${sanitizeJson(JSON.stringify(document, null, 4))}\n`;

// Through JSON first: it drops `undefined` as JSON does. Strings with unsafe characters are double-quoted by the
// library only where YAML demands it, so those are quoted here and escaped as in JSON.
const renderYaml = (document: Document): string =>
  sanitizeJson(
    stringify(JSON.parse(JSON.stringify(document)), {
      lineWidth: 0,
      aliasDuplicateObjects: false,
      defaultStringType: hasUnsafe(document) ? 'QUOTE_DOUBLE' : 'PLAIN',
    }),
  );

const hasUnsafe = (document: Document): boolean => {
  const json = JSON.stringify(document);
  return sanitizeJson(json) !== json || /\\[unrtbf]/.test(json);
};
