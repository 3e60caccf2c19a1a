// Everything that can be said of a profile file beforehand: what keeps it from being read, and what every check of this
// folder finds for the nodes that are asked about. Pure: the same file and facts give the same problems everywhere.
import type { KnownFacts } from '../facts.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { Policy } from '../policy/policy.ts';
import { prepareFile } from '../prepare.ts';
import type { CompileOptions, PreparedFile } from '../prepared.ts';
import { CHECKS } from './checks.ts';

export interface LintOptions {
  /** The kinds of nodes that are asked about; never empty. */
  readonly facts: readonly KnownFacts[];
  /** What the file is compiled with; the facts' own where it is left out. */
  readonly compile?: CompileOptions;
  readonly policy?: Policy;
}

/** Reads, checks and compiles one profile file as `prepareFile` does, and says all there is to say of it. */
export const lintFile = (
  content: Uint8Array,
  file: string,
  relativePath: string,
  { facts, compile = compileOptionsOf(facts), policy }: LintOptions,
): PreparedFile =>
  prepareFile(content, file, relativePath, compile, ({ source, node, path }, report) => {
    const subject = { source, node, facts };
    for (const check of CHECKS) check(subject, report);
    if (policy !== undefined) checkPolicy(policy, path, subject, report);
  });

const compileOptionsOf = (facts: readonly KnownFacts[]): CompileOptions => {
  const { capabilities, minimumKernel } = facts[0]!;
  const architectures = [...new Set(facts.map(({ architecture }) => architecture))];
  return { architectures, capabilities, minimumKernel };
};
