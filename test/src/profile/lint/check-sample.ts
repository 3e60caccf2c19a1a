// Short forms for suites of one check: what it alone tells of a profile on given nodes.
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import type { KnownFacts } from '../../../../src/profile/facts.ts';
import type { Check } from '../../../../src/profile/lint/checks.ts';
import { prepareFile } from '../../../../src/profile/prepare.ts';
import type { Problem } from '../../../../src/profile/problem.ts';
import { createReport } from '../../../../src/profile/report.ts';
import { readDocument } from '../../../support/read-document.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Runs one check over a sound profile, for one kind of node each: amd64 of which nothing is known but what is given. */
export const tellOf = (
  check: Check,
  profile: Fields,
  ...nodes: readonly Partial<KnownFacts>[]
): readonly Problem[] => {
  const facts = (nodes.length === 0 ? [{}] : nodes).map(
    (one): KnownFacts => ({
      architecture: 'amd64',
      dialect: 'docker',
      capabilities: defaultCompileOptions.capabilities,
      minimumKernel: defaultCompileOptions.minimumKernel,
      ...one,
    }),
  );
  const text = JSON.stringify(profile, (_, value) =>
    typeof value === 'bigint' ? `@${value}@` : value,
  ).replace(/"@(\d+)@"/g, '$1');
  const architectures = facts.map(({ architecture }) => architecture);
  const { profiles, problems } = prepareFile(new TextEncoder().encode(text), 'f', 'f', {
    ...defaultCompileOptions,
    architectures,
  });
  if (profiles[0] === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const report = createReport('f', text);
  check({ source: profiles[0].source, node: readDocument(text), facts }, report);
  return report.problems();
};

/** Writes problems as `SP311 warning $.syscalls[1]: message`. */
export const spellAll = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ code, severity, path, message }) => `${code} ${severity} ${path}: ${message}`);

/** A condition; its value is the mask and its last argument the datum where it is masked. */
export const when = (
  index: number,
  op: string,
  value: number | bigint,
  valueTwo?: number | bigint,
): Fields => ({
  index,
  op: `SCMP_CMP_${op}`,
  value,
  ...(valueTwo !== undefined && { valueTwo }),
});

export const errno = (errnoRet: number, ...args: readonly Fields[]): Fields => ({
  names: ['mkdir'],
  action: 'SCMP_ACT_ERRNO',
  errnoRet,
  args,
});

export const allow = (names: readonly string[], ...args: readonly Fields[]): Fields => ({
  names,
  action: 'SCMP_ACT_ALLOW',
  args,
});

export const refuse = (names: readonly string[], ...args: readonly Fields[]): Fields => ({
  names,
  action: 'SCMP_ACT_ERRNO',
  args,
});

/** A profile that lets through what its rules do not name. */
export const denyList = (...syscalls: readonly Fields[]): Fields => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls,
});

/** A profile that refuses what its rules do not name. */
export const allowList = (...syscalls: readonly Fields[]): Fields => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls,
});
