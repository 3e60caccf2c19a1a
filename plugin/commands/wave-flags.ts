// The flags of a rollout in waves.
import type { PolicyFile } from '../../src/rollout/policy-file.ts';
import { choice, type Flags, flag, type Given, text } from './flags.ts';

const GROUP = 'Waves:';

/** What may follow where containers fail. */
export const ON_FAILURE = ['stop', 'rollback', 'continue'] as const;

export const waveFlags: Flags = {
  waves: text('How many nodes, or which share of them, have it after each wave, e.g. 1,10%,100%', {
    group: GROUP,
  }),
  pause: text('How long to look at the containers after each wave', {
    group: GROUP,
    defaultDescription: '30s',
  }),
  'max-failures': text('How many nodes may fail before no more are begun', {
    group: GROUP,
    defaultDescription: '0 with --waves, else any number',
  }),
  'on-failure': choice('--on-failure', ON_FAILURE, 'Where containers fail under the new content', {
    group: GROUP,
    defaultDescription: 'stop',
  }),
  'min-starts': text('How many containers must have started under it on the nodes of a wave', {
    group: GROUP,
    defaultDescription: '0',
  }),
  'start-timeout': text('How long they are waited for', { group: GROUP, defaultDescription: '10m' }),
  probe: flag('Start short pods under the new content behind each wave, as its users would', {
    group: GROUP,
  }),
  'rollout-policy': text('File that holds these; flags win over it', { group: GROUP }),
};

/** What was given, unread: the file is read when the verb runs. */
export interface WaveOptions extends PolicyFile {
  readonly policyFile?: string;
  readonly isProbed?: boolean;
}

/** By field of the file. */
export const WAVE_FLAGS = {
  waves: '--waves',
  pause: '--pause',
  maxFailures: '--max-failures',
  onFailure: '--on-failure',
  minStarts: '--min-starts',
  startTimeout: '--start-timeout',
} as const;

/** Takes what was given. */
export const waveOptions = (given: Given): WaveOptions => ({
  ...Object.fromEntries(
    Object.keys(WAVE_FLAGS).flatMap((field) => (given[field] === undefined ? [] : [[field, given[field]]])),
  ),
  ...(given.probe === true && { isProbed: true }),
  ...(given.rolloutPolicy !== undefined && { policyFile: given.rolloutPolicy as string }),
});
