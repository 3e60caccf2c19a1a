// The flags that profiles are compiled by: stated, never read from the cluster, so that a folder has one digest.
import {
  defaultCompileOptions,
  parseArchitectures,
  parseCapabilities,
  parseKernelVersion,
} from '../../src/profile/compile-options.ts';
import type { CompileOptions } from '../../src/profile/prepared.ts';
import { type Flags, type Given, list, text } from './flags.ts';

const GROUP = 'For Docker profiles and SeccompProfile YAML, which are compiled:';

export const compileFlags: Flags = {
  arch: list('Architectures of the nodes', {
    group: GROUP,
    defaultDescription: defaultCompileOptions.architectures.join(','),
  }),
  'cap-add': list('Capabilities that the containers have beside the default ones, e.g. CAP_SYS_PTRACE', {
    group: GROUP,
  }),
  'minimum-kernel': text('Kernel that every node has at least', {
    group: GROUP,
    defaultDescription: renderKernel(defaultCompileOptions),
  }),
};

/** Reads the options; throws SeccompError `usage` for a name or number that is none. */
export const readCompileOptions = (given: Given): CompileOptions => ({
  architectures:
    given.arch === undefined
      ? defaultCompileOptions.architectures
      : parseArchitectures(given.arch as string[]),
  capabilities:
    given.capAdd === undefined
      ? defaultCompileOptions.capabilities
      : [...new Set([...defaultCompileOptions.capabilities, ...parseCapabilities(given.capAdd as string[])])],
  minimumKernel:
    given.minimumKernel === undefined
      ? defaultCompileOptions.minimumKernel
      : parseKernelVersion(given.minimumKernel as string),
});

/** Names the flags that were given, as they were typed. */
export const givenCompileFlags = (given: Given): string[] =>
  [
    ['arch', '--arch'],
    ['capAdd', '--cap-add'],
    ['minimumKernel', '--minimum-kernel'],
  ].flatMap(([key = '', name = '']) => (given[key] === undefined ? [] : [name]));

function renderKernel({ minimumKernel: { major, minor } }: CompileOptions): string {
  return `${major}.${minor}`;
}
