// What a rollout in waves does, from the flags and the file by which a team agrees on them once.
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import { renderProblem } from '../../src/profile/problem.ts';
import { readText } from '../../src/profile/read-text.ts';
import { readYaml } from '../../src/profile/read-yaml.ts';
import { createReport, placeOf } from '../../src/profile/report.ts';
import type { GatePolicy } from '../../src/rollout/health.ts';
import { type PolicyFile, readPolicyFile } from '../../src/rollout/policy-file.ts';
import { parseWaves, type WaveStep } from '../../src/rollout/waves.ts';
import { parseDuration } from '../output/duration.ts';
import type { Outside } from '../outside.ts';
import { ON_FAILURE, WAVE_FLAGS, type WaveOptions } from './wave-flags.ts';

export interface WavePolicy {
  readonly waves?: readonly WaveStep[];
  readonly gate?: GatePolicy;
  readonly maxFailures?: number;
}

/** Reads the policy; throws SeccompError `usage` for a value that is none, naming the flag or the file. */
export const readWavePolicy = async (
  { policyFile, isProbed, ...flags }: WaveOptions,
  outside: Outside,
): Promise<WavePolicy> => {
  const file = policyFile === undefined ? {} : await readFile(policyFile, outside);
  const name = (field: keyof typeof WAVE_FLAGS): string =>
    flags[field] === undefined && policyFile !== undefined ? `${policyFile}: ${field}` : WAVE_FLAGS[field];
  const { waves, pause, maxFailures, onFailure, minStarts, startTimeout } = { ...file, ...flags };
  const most = maxFailures === undefined ? undefined : parseCount(maxFailures, name('maxFailures'));
  if (waves === undefined && isProbed)
    throw new SeccompError('usage', '--probe starts pods between waves, and there are none', {
      hint: 'Add --waves, such as --waves 1,10%,100%.',
    });
  if (waves === undefined) {
    const idle = (['pause', 'onFailure', 'minStarts', 'startTimeout'] as const).find(
      (field) => ({ ...file, ...flags })[field] !== undefined,
    );
    if (idle === undefined) return most === undefined ? {} : { maxFailures: most };
    throw new SeccompError('usage', `${name(idle)} says what happens between waves, and there are none`, {
      hint: 'Add --waves, such as --waves 1,10%,100%.',
    });
  }
  const pauseMs = pause === undefined ? 30_000 : parseDuration(pause, name('pause'));
  const startTimeoutMs =
    startTimeout === undefined ? 600_000 : parseDuration(startTimeout, name('startTimeout'));
  return {
    waves: parseWaves(waves, name('waves')),
    maxFailures: most ?? 0,
    gate: {
      pauseMs,
      minStarts: minStarts === undefined ? 0 : parseCount(minStarts, name('minStarts')),
      startTimeoutMs: Math.max(pauseMs, startTimeoutMs),
      onFailure: parseOnFailure(onFailure, name('onFailure')),
    },
  };
};

const readFile = async (path: string, outside: Outside): Promise<PolicyFile> => {
  const { text: content, message } = readText(await outside.files.read(path, MAXIMUM_PROFILE_BYTES));
  if (message !== undefined) throw new SeccompError('usage', `"${path}": ${message}`);
  const report = createReport(path, content);
  const { roots, isSound } = readYaml(content, report);
  const [problem] = report.problems();
  if (!isSound && problem) throw new SeccompError('usage', renderProblem(problem));
  const [root, ...more] = roots;
  if (root === undefined || more.length > 0)
    throw new SeccompError(
      'usage',
      `"${path}" holds ${roots.length} documents: one rollout policy was wanted`,
    );
  return readPolicyFile(root, (node) => {
    const { line, column } = placeOf(content, node.offset);
    return `${path}:${line}:${column}`;
  });
};

const parseCount = (given: string, name: string): number => {
  if (/^\d{1,6}$/.test(given)) return Number(given);
  throw new SeccompError('usage', `${name}: "${given}" is not a whole number from 0`);
};

const parseOnFailure = (given: string | undefined, name: string): GatePolicy['onFailure'] => {
  if (given === undefined) return 'stop';
  const known = ON_FAILURE.find((one) => one === given);
  if (known !== undefined) return known;
  throw new SeccompError('usage', `${name}: "${given}" is not one of ${ON_FAILURE.join(', ')}`);
};
