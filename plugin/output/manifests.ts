// Kubernetes objects for `kubectl apply -f -`: YAML documents under a comment, or one JSON List.
import { stringify } from 'yaml';
import type { Manifest } from './roles.ts';
import { sanitizeJson, sanitizeLine } from './sanitize.ts';

/** Renders objects; YAML begins with the comment, which JSON has no place for. */
export const renderManifests = (
  manifests: readonly Manifest[],
  comment: readonly string[],
  format: 'json' | 'yaml',
): string => {
  if (format === 'json') {
    const list = { apiVersion: 'v1', kind: 'List', items: manifests };
    return `${sanitizeJson(JSON.stringify(list, null, 4))}\n`;
  }
  const documents = manifests.map((one) =>
    stringify(one, { lineWidth: 0, aliasDuplicateObjects: false, blockQuote: 'literal' }),
  );
  return [
    ...comment.map((line) => `# ${sanitizeLine(line)}\n`),
    documents.map(sanitizeJson).join('---\n'),
  ].join('');
};
