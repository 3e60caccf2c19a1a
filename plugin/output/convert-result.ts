// `convert`: the result as a file, and what was lost or decided on the way, each with its place.
import { stringify } from 'yaml';
import type { Converted, Target } from '../../src/profile/convert/convert-profiles.ts';
import { type Json, renderJson } from '../../src/profile/render-json.ts';
import { placeOf } from '../../src/profile/report.ts';
import { sanitizeJson, sanitizeLine } from './sanitize.ts';

/** Renders the documents: JSON where runtimes read them, YAML where people apply them. */
export const renderConverted = (target: Target, { documents, policy }: Converted): string => {
  if (target === 'oci' || target === 'docker' || target === 'json')
    return documents.map((one) => `${sanitizeJson(renderJson(one))}\n`).join('');
  const head = policy === undefined ? '' : renderPolicy(policy);
  return `${head}${documents.map(renderYaml).join('---\n')}`;
};

const renderPolicy = (policy: Json): string => {
  const lines = renderYaml(policy).trimEnd().split('\n');
  return [
    'OpenShift drains and reboots the nodes of this role when this object changes. Since 4.17 it does not',
    'where the cluster holds this policy, which is to be merged into the one that is there, beforehand:',
    ...lines.map((line) => `  ${line}`),
  ]
    .map((line) => `# ${line}\n`)
    .join('');
};

// Strings with unsafe characters are double-quoted by the library only where YAML demands it, so that they are quoted
// here and escaped as in JSON. Kubernetes reads YAML 1.1, in which more words need quotes.
const renderYaml = (value: Json): string => {
  const json = renderJson(value);
  const isUnsafe = sanitizeJson(json) !== json || /\\[urtbf]/.test(json.replaceAll('\\\\', ''));
  return sanitizeJson(
    stringify(value, {
      version: '1.1',
      lineWidth: 0,
      aliasDuplicateObjects: false,
      defaultStringType: isUnsafe ? 'QUOTE_DOUBLE' : 'PLAIN',
    }),
  );
};

/** So many lines are told of one kind; a file with more has them all for the same reason. */
const MOST_REMARKS = 50;

/** Renders what is to be said on stderr: losses and decisions first, then what pods will name. */
export const renderRemarks = ({ remarks, localhostProfiles }: Converted): string => {
  const lines = remarks.map(({ kind, at, message, profile: { file, text } }) => {
    const { line, column } = placeOf(text, at.offset);
    return `${file}:${line}:${column}: ${kind}: ${message}`;
  });
  const rest = lines.length - MOST_REMARKS;
  return [
    ...lines.slice(0, MOST_REMARKS),
    ...(rest > 0 ? [`and ${rest} more such lines`] : []),
    ...localhostProfiles.map((path) => `pods name it as localhostProfile: ${path}`),
  ]
    .map((line) => `${sanitizeLine(line)}\n`)
    .join('');
};
