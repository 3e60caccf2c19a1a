// How a team has agreed to roll out, as a file: `apply --rollout-policy FILE`. Flags beside it win.
import { SeccompError } from '../error.ts';
import type { DocumentNode } from '../profile/document.ts';

/** Each as the flag of the same name takes it, in the flag's own words. */
export interface PolicyFile {
  readonly waves?: string;
  readonly pause?: string;
  readonly maxFailures?: string;
  readonly onFailure?: string;
  readonly minStarts?: string;
  readonly startTimeout?: string;
}

const API_VERSION = 'kubectl-seccomp/v1';
const KIND = 'RolloutPolicy';
const FIELDS = ['waves', 'pause', 'maxFailures', 'onFailure', 'minStarts', 'startTimeout'] as const;

/** Reads the fields of a policy; throws SeccompError `usage` with `where(node)` before whatever it does not know. */
export const readPolicyFile = (root: DocumentNode, where: (node: DocumentNode) => string): PolicyFile => {
  const fail = (node: DocumentNode, message: string): never => {
    throw new SeccompError('usage', `${where(node)}: ${message}`, {
      hint: `A policy has apiVersion: ${API_VERSION}, kind: ${KIND} and any of ${FIELDS.join(', ')}.`,
    });
  };
  if (root.kind !== 'object') return fail(root, 'a rollout policy was wanted');
  const policy: Record<string, string> = {};
  for (const { name, value } of root.members) {
    if (Object.hasOwn(policy, name)) fail(value, `"${name}" is given twice`);
    if (name === 'apiVersion' || name === 'kind') {
      const wanted = name === 'kind' ? KIND : API_VERSION;
      if (value.kind !== 'string' || value.value !== wanted) fail(value, `${name} is not ${wanted}`);
    } else if (!(FIELDS as readonly string[]).includes(name)) fail(value, `unknown field "${name}"`);
    policy[name] = spell(value) ?? fail(value, `"${name}" is neither text nor a number`);
  }
  for (const name of ['apiVersion', 'kind']) if (!(name in policy)) fail(root, `"${name}" is missing`);
  const { apiVersion: _version, kind: _kind, ...fields } = policy;
  return fields;
};

/** `waves: [1, 10%, 100%]` is the same as `waves: 1,10%,100%`. */
const spell = (node: DocumentNode): string | undefined => {
  if (node.kind === 'string') return node.value;
  if (node.kind === 'number') return node.text;
  if (node.kind !== 'array') return undefined;
  const items = node.items.map(spell);
  return items.every((item) => item !== undefined) ? items.join(',') : undefined;
};
