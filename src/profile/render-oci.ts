// Writes a profile as the plain OCI JSON that every runtime reads. Equal profiles give equal bytes.
import type { Condition, Profile, Rule } from './oci.ts';
import { type Json, renderJson } from './render-json.ts';

/** Renders a profile as UTF-8 JSON with two-space indentation and a final newline. */
export const renderOci = (profile: Profile): Uint8Array =>
  new TextEncoder().encode(`${renderJson(ociJson(profile))}\n`);

/** Returns the profile as the object that its file holds; what says nothing is left out. */
export const ociJson = ({
  defaultAction,
  defaultErrnoRet,
  architectures,
  flags,
  listenerPath,
  listenerMetadata,
  rules,
}: Profile): { readonly [name: string]: Json } => ({
  defaultAction,
  ...(defaultErrnoRet === undefined ? {} : { defaultErrnoRet }),
  ...(architectures.length === 0 ? {} : { architectures }),
  ...(flags.length === 0 ? {} : { flags }),
  ...(listenerPath === undefined ? {} : { listenerPath }),
  ...(listenerMetadata === undefined ? {} : { listenerMetadata }),
  ...(rules.length === 0 ? {} : { syscalls: rules.map(ruleJson) }),
});

/** Returns a rule as it stands in `syscalls`. */
export const ruleJson = ({
  names,
  action,
  errnoRet,
  args,
}: Omit<Rule, 'at'>): { readonly [name: string]: Json } => ({
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
