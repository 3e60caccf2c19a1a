// What depends on where a profile is to run: byte orders, errno names, and conditions that a bundle decides once for
// all containers where Docker and CRI-O would decide for each.

import { MAX_ERRNO } from './actions.ts';
import { hasSameEndianness, nativeOf, whoRefusesArchitecture } from './architectures.ts';
import { DEFAULT_CAPABILITIES } from './capabilities.ts';
import { checkRules } from './check-rules.ts';
import { architecturesFor, compile } from './compile.ts';
import { type Located, quote } from './document.ts';
import { hintForErrno, readErrno } from './errno.ts';
import type { SourceProfile } from './oci.ts';
import type { CompileOptions } from './prepared.ts';
import type { Report } from './report.ts';

/** Checks what a profile says against the architectures it is compiled for. `at` is the profile's own place. */
export const checkSource = (
  source: SourceProfile,
  at: Located,
  options: CompileOptions,
  report: Report,
): void => {
  checkArchitectures(source, options, report);
  for (const architecture of options.architectures) {
    checkErrnoName(source.defaultErrnoName, source.defaultErrnoRet, at, architecture, report);
    for (const { errnoName, errnoRet, at: ruleAt } of source.rules) {
      checkErrnoName(errnoName, errnoRet, ruleAt, architecture, report);
    }
  }
  const compiled = options.architectures.map((architecture) => ({
    architecture,
    profile: compile(source, architecture, options),
  }));
  checkRules(compiled, report);
  const conditional = source.rules.find(
    ({ includes, excludes }) => includes.capabilities.length + excludes.capabilities.length > 0,
  );
  if (conditional !== undefined) {
    const added = options.capabilities.filter((name) => !DEFAULT_CAPABILITIES.includes(name));
    const set = ['the default capabilities', ...added].join(', ');
    const message = `rules depend on capabilities: decided here, once for all containers, with ${set}`;
    report.warning('SP211', conditional.at, `${message}; CRI-O would decide them for each container`);
  }
};

const checkArchitectures = (source: SourceProfile, options: CompileOptions, report: Report): void => {
  const listed = options.architectures.flatMap((architecture) =>
    architecturesFor(source, architecture).map((one) => ({ architecture, ...one })),
  );
  for (const [at, ones] of Map.groupBy(listed, (one) => one.at)) {
    const { name } = ones[0]!;
    const wrong = ones.filter(({ architecture }) => !hasSameEndianness(architecture, name));
    if (wrong.length > 0) {
      // libseccomp refuses to mix byte orders: "numerical argument out of domain".
      const nodes = wrong.map(({ architecture }) => architecture).join(' and ');
      const message = `${name} has another byte order than ${nodes} nodes: no container would start on them`;
      report.error(
        'SP401',
        at,
        `${message}; leave it out, or choose the architectures of the nodes with --arch`,
      );
    }
    const who = whoRefusesArchitecture(name);
    if (who !== undefined && ones.some(({ architecture }) => nativeOf(architecture) !== name)) {
      report.warning('SP402', at, `${name}: ${who} refuse a profile that names it`);
    }
  }
};

const checkErrnoName = (
  name: string | undefined,
  number: number | undefined,
  at: Located,
  architecture: CompileOptions['architectures'][number],
  report: Report,
): void => {
  if (name === undefined) return;
  const named = readErrno(name, architecture);
  if (named === 'unknown') {
    report.error('SP111', at, `unknown errno ${quote(name)}${hintForErrno(name)}`);
  } else if (named === 'differs') {
    report.error(
      'SP403',
      at,
      `${name} has another number on ${architecture}; write the number that is meant there`,
    );
  } else if (named > MAX_ERRNO) {
    report.error('SP109', at, `wanted an errno from 0 to ${MAX_ERRNO}, got ${quote(name)}`);
  } else if (number !== undefined && number !== named) {
    report.warning(
      'SP210',
      at,
      `the errno is ${name} (${named}) by name and ${number} by number; as for CRI-O, the name counts`,
    );
  }
};
