// The Security Profiles Operator's SeccompProfile objects: which of their fields make the profile, under which path it
// lies, and what of them cannot be taken over.
import { describe, memberOf, type ObjectNode, quote } from './document.ts';
import type { SourceProfile } from './oci.ts';
import { readProfile } from './read-profile.ts';
import type { Report } from './report.ts';

export interface SpoProfile {
  readonly name: string;
  readonly source: SourceProfile;
  readonly spec: ObjectNode;
  readonly notes: readonly string[];
}

/** Reads one SeccompProfile object; undefined where it is disabled (which is said) or has errors. */
export const readSpo = (node: ObjectNode, report: Report): SpoProfile | undefined => {
  const name = readName(node, report);
  const spec = memberOf(node, 'spec');
  if (spec?.kind !== 'object') {
    const got = spec === undefined ? 'it is missing' : `got ${describe(spec)}`;
    report.error('SP025', spec ?? node, `wanted "spec", an object with the profile; ${got}`);
    return undefined;
  }
  const source = readProfile(spec, 'spo', report);
  checkBase(spec, report);
  const isEnabled = checkState(spec, name, report);
  if (name === undefined || source === undefined || !isEnabled) return undefined;
  return { name, source, spec, notes: droppedFields(spec) };
};

/** A path segment that is safe on every disk; the operator makes a file name of it in the same way. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/;

const readName = (node: ObjectNode, report: Report): string | undefined => {
  const metadata = memberOf(node, 'metadata');
  const name = memberOf(metadata, 'name');
  if (name?.kind === 'string' && NAME.test(name.value)) return name.value;
  if (name === undefined) {
    report.error('SP025', metadata ?? node, '"metadata.name" is missing: it names the profile\'s file');
  } else {
    const got = name.kind === 'string' ? quote(name.value) : describe(name);
    report.error(
      'SP025',
      name,
      `wanted a name of letters, digits, ".", "_" and "-" (at most 150) that begins with a letter or digit, got ${got}`,
    );
  }
  return undefined;
};

const checkBase = (spec: ObjectNode, report: Report): void => {
  const base = memberOf(spec, 'baseProfileName');
  if (base === undefined || base.kind === 'null' || (base.kind === 'string' && base.value === '')) return;
  // Without its base the profile would lack system calls that it counts on, and containers would not start.
  const message = `the base profile ${base.kind === 'string' ? quote(base.value) : describe(base)} cannot be looked up here`;
  report.error(
    'SP026',
    base,
    `${message}; merge its system calls into this profile and remove "baseProfileName"`,
  );
};

/** The operator takes a disabled profile off the nodes, so it doesn't go into a bundle. */
const checkState = (spec: ObjectNode, name: string | undefined, report: Report): boolean => {
  const state = memberOf(spec, 'state');
  const disabled = memberOf(spec, 'disabled');
  if (disabled !== undefined && disabled.kind !== 'boolean' && disabled.kind !== 'null') {
    report.error('SP024', disabled, `wanted true or false, got ${describe(disabled)}`);
  }
  if (state !== undefined && state.kind !== 'null') {
    const isKnown = state.kind === 'string' && ['Enabled', 'Disabled', ''].includes(state.value);
    if (!isKnown) report.error('SP024', state, `wanted "Enabled" or "Disabled", got ${describe(state)}`);
  }
  const off =
    disabled?.kind === 'boolean' && disabled.value
      ? disabled
      : state?.kind === 'string' && state.value === 'Disabled'
        ? state
        : undefined;
  if (off === undefined) return true;
  report.warning(
    'SP014',
    off,
    `${name === undefined ? 'this profile' : quote(name)} is disabled and is left out`,
  );
  return false;
};

const droppedFields = (spec: ObjectNode): readonly string[] => {
  const dropped = ['targetWorkload', 'state', 'disabled', 'baseProfileName'].filter((field) =>
    memberOf(spec, field),
  );
  return dropped.length === 0
    ? []
    : [`left out, as only the operator reads it: ${dropped.map((field) => `spec.${field}`).join(', ')}`];
};
