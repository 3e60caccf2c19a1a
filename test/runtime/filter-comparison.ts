// A profile as a real runtime loaded it beside what evaluation says of it, call by call.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { type Call, evaluate } from '../../src/profile/evaluate.ts';
import type { Dialect } from '../../src/profile/facts.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import { type EffectiveFilter, resolve } from '../../src/profile/resolve.ts';
import { codeOf, parseProgram, runProgram } from '../support/bpf.ts';
import { probesOf } from '../support/probes.ts';
import type { RealRuntime } from './real-runtimes.ts';
import { HERE } from './runc.ts';

/** A profile and the runtime that is to load it. */
export interface Case {
  readonly name: string;
  readonly runtime: RealRuntime;
  /** What the runtime is given. */
  readonly text: string;
  readonly filter: EffectiveFilter;
}

export interface LoadedCase extends Case {
  readonly program: Uint8Array;
}

/**
 * Makes a case of a file: `containerd` gives the runtime its very bytes, `docker` what is compiled from it. Undefined
 * where the file is no sound profile, and for `docker` where it is shipped as it is anyway.
 */
export const caseFor = (
  name: string,
  content: Uint8Array,
  runtime: RealRuntime,
  dialect: Exclude<Dialect, 'cri-o'>,
): Case | undefined => {
  const prepared = prepareFile(content, name, name, { ...defaultCompileOptions, architectures: [HERE] });
  const [profile] = prepared.profiles;
  if (profile === undefined || (dialect === 'docker' && profile.format === 'oci')) return undefined;
  const { kind, libseccomp } = runtime;
  return {
    name: `${name} as ${dialect} on ${runtime.name}`,
    runtime,
    text: new TextDecoder().decode(dialect === 'containerd' ? content : profile.builds[0]!.content),
    filter: resolve(profile.source, {
      ...defaultCompileOptions,
      architecture: HERE,
      runtime: kind,
      libseccomp,
      dialect,
    }),
  };
};

/** Makes the cases of a corpus' folder for one runtime: each file raw, where a runtime can read it, and as it is shipped. */
export const casesOf = (folder: string, runtime: RealRuntime): readonly Case[] =>
  readdirSync(folder).flatMap((file) => {
    const content = readFileSync(join(folder, file));
    const isRaw = file.endsWith('.json') && !content.includes('"ociVersion"');
    return [
      ...(isRaw ? [caseFor(file, content, runtime, 'containerd')] : []),
      caseFor(file, content, runtime, 'docker'),
    ].filter((one) => one !== undefined);
  });

/** Loads six at a time: a few containers wait for a call that never returns. Those that never come up are left out. */
export const loadAll = async (cases: readonly Case[]): Promise<readonly LoadedCase[]> => {
  const loaded: LoadedCase[] = [];
  const queue = cases.values();
  const work = async (): Promise<void> => {
    for (const one of queue) {
      const { program } = await one.runtime.load(one.text);
      if (program !== undefined) loaded.push({ ...one, program });
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return loaded;
};

/** Counts probes; a mismatch where evaluation is sure is kept, where it is not it only counts. */
export interface Tally {
  exact: number;
  unsure: number;
  unsureMismatches: number;
  readonly mismatches: string[];
}

/** Compares every probe of every case with what evaluation says. */
export const compareAll = (loaded: readonly LoadedCase[]): Tally => {
  const tally: Tally = { exact: 0, unsure: 0, unsureMismatches: 0, mismatches: [] };
  for (const { name, filter, program: bytes } of loaded) {
    const program = parseProgram(bytes);
    for (const call of probesOf(filter)) {
      const { outcome, by, certainty } = evaluate(filter, call);
      const real = runProgram(program, call);
      const isMismatch = codeOf(outcome) !== real;
      if (certainty === 'exact') {
        tally.exact += 1;
        if (isMismatch)
          tally.mismatches.push(
            `${name}: ${describeCall(call)}: ${by} ${outcome.action}, 0x${real.toString(16)}`,
          );
      } else {
        tally.unsure += 1;
        if (isMismatch) tally.unsureMismatches += 1;
      }
    }
  }
  return tally;
};

/** Describes a call, such as `SCMP_ARCH_X86_64 83(1, 0)`. */
export const describeCall = ({ architecture, number, args }: Call): string =>
  `${architecture} ${number}(${args.join(', ')})`;

/** Says on stderr what was compared, so that a run shows how much it proves. */
export const tell = (
  what: string,
  count: number,
  { exact, unsure, unsureMismatches, mismatches }: Tally,
): void => {
  const counted = `${exact} sure probes, ${mismatches.length} mismatches; ${unsure} unsure, ${unsureMismatches} mismatches`;
  process.stderr.write(`${what}: ${count} filters, ${counted}\n`);
};
