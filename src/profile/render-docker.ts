// Writes what a file says, before anything is decided, in Docker's form: with archMap, includes and excludes. Equal
// profiles give equal bytes.
import { renderKernelVersion } from './kernel-version.ts';
import type { RuleFilter, SourceProfile, SourceRule } from './oci.ts';
import { type Json, renderJson } from './render-json.ts';
import { ruleJson } from './render-oci.ts';

type JsonObject = { readonly [name: string]: Json };

/** Renders a profile as UTF-8 JSON with two-space indentation and a final newline. */
export const renderDocker = (source: SourceProfile): Uint8Array =>
  new TextEncoder().encode(`${renderJson(dockerJson(source))}\n`);

/** Returns the profile as the object that its file holds; what says nothing is left out. */
export const dockerJson = (source: SourceProfile): JsonObject => ({
  defaultAction: source.defaultAction,
  ...(source.defaultErrnoRet !== undefined && { defaultErrnoRet: source.defaultErrnoRet }),
  ...(source.defaultErrnoName !== undefined && { defaultErrno: source.defaultErrnoName }),
  ...(source.architectures.length > 0 && { architectures: source.architectures.map(({ name }) => name) }),
  ...(source.archMap.length > 0 && {
    archMap: source.archMap.map(({ architecture, subArchitectures }) => ({
      architecture: architecture.name,
      subArchitectures: subArchitectures.map(({ name }) => name),
    })),
  }),
  ...(source.flags.length > 0 && { flags: source.flags }),
  ...(source.listenerPath !== undefined && { listenerPath: source.listenerPath }),
  ...(source.listenerMetadata !== undefined && { listenerMetadata: source.listenerMetadata }),
  ...(source.rules.length > 0 && { syscalls: source.rules.map(sourceRuleJson) }),
});

const sourceRuleJson = (rule: SourceRule): JsonObject => {
  const { names, ...rest } = ruleJson(rule);
  return {
    // `name` is not the same as `names` of one: containerd passes over it.
    ...(rule.isSingular === true ? { name: rule.names[0]! } : { names: names! }),
    ...rest,
    ...(rule.errnoName !== undefined && { errno: rule.errnoName }),
    ...filterJson('includes', rule.includes),
    ...filterJson('excludes', rule.excludes),
  };
};

const filterJson = (
  name: 'includes' | 'excludes',
  { capabilities, architectures, minimumKernel }: RuleFilter,
): JsonObject => {
  const filter = {
    ...(capabilities.length > 0 && { caps: capabilities }),
    ...(architectures.length > 0 && { arches: architectures }),
    ...(minimumKernel !== undefined && { minKernel: renderKernelVersion(minimumKernel) }),
  };
  return Object.keys(filter).length === 0 ? {} : { [name]: filter };
};
