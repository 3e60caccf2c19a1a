// Writes a profile as the plain OCI JSON that every runtime reads. Equal profiles give equal bytes.
import type { Condition, Profile, Rule } from './oci.ts';

type Json = string | number | bigint | readonly Json[] | { readonly [name: string]: Json };

/** Renders a profile as UTF-8 JSON with two-space indentation and a final newline. */
export const renderOci = (profile: Profile): Uint8Array => {
  const { defaultAction, defaultErrnoRet, architectures, flags, listenerPath, listenerMetadata, rules } =
    profile;
  const document: Json = {
    defaultAction,
    ...(defaultErrnoRet === undefined ? {} : { defaultErrnoRet }),
    ...(architectures.length === 0 ? {} : { architectures }),
    ...(flags.length === 0 ? {} : { flags }),
    ...(listenerPath === undefined ? {} : { listenerPath }),
    ...(listenerMetadata === undefined ? {} : { listenerMetadata }),
    ...(rules.length === 0 ? {} : { syscalls: rules.map(ruleJson) }),
  };
  return new TextEncoder().encode(`${renderJson(document, '')}\n`);
};

const ruleJson = ({ names, action, errnoRet, args }: Rule): Json => ({
  names,
  action,
  ...(errnoRet === undefined ? {} : { errnoRet }),
  ...(args.length === 0 ? {} : { args: args.map(conditionJson) }),
});

const conditionJson = ({ index, value, valueTwo, op }: Condition): Json => ({
  index,
  value,
  ...(op === 'SCMP_CMP_MASKED_EQ' ? { valueTwo } : {}),
  op,
});

/** JSON.stringify refuses bigint, and numbers would lose what lies beyond 2^53. */
const renderJson = (value: Json, indent: string): string => {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = isList(value)
    ? value.map((item) => inner + renderJson(item, inner))
    : Object.entries(value).map(
        ([name, item]) => `${inner}${JSON.stringify(name)}: ${renderJson(item, inner)}`,
      );
  const [open, close] = isList(value) ? '[]' : '{}';
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${indent}${close}`;
};

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
