// The stated inputs of a compilation: their defaults, and how they are read from a command line.
import { SeccompError } from '../error.ts';
import { ARCHITECTURES, architectureByAlias } from './architectures.ts';
import { CAPABILITIES, DEFAULT_CAPABILITIES, hintForCapability, parseCapability } from './capabilities.ts';
import { quote } from './document.ts';
import { readKernelVersion } from './kernel-version.ts';
import type { Architecture, CompileOptions, KernelVersion } from './prepared.ts';
import { didYouMean } from './suggest.ts';

/**
 * What is assumed where nobody says otherwise. 4.19 is the oldest kernel that Kubernetes supports (kubeadm's preflight
 * refuses older ones), and the only condition known from real profiles asks for 4.8.
 */
export const defaultCompileOptions: CompileOptions = {
  architectures: ['amd64', 'arm64'],
  minimumKernel: { major: 4, minor: 19 },
  capabilities: DEFAULT_CAPABILITIES,
};

/** Parses a kernel version such as `5.4` or `5.10.0-26-amd64`; what follows the minor number is ignored. */
export const parseKernelVersion = (text: string): KernelVersion => {
  const version = readKernelVersion(text.trim());
  if (version !== undefined) return version;
  throw new SeccompError('usage', `${quote(text)} is not a kernel version; wanted one such as 5.4`);
};

/**
 * Parses capabilities, each `CHOWN` or `CAP_CHOWN` in any case, `ALL`, or several with commas between them.
 * Returns each once, with `CAP_`, sorted.
 */
export const parseCapabilities = (texts: readonly string[]): readonly string[] => {
  const found = new Set<string>();
  for (const text of splitCommas(texts)) {
    const name = parseCapability(text);
    if (text.toUpperCase() === 'ALL') for (const one of CAPABILITIES) found.add(one);
    else if (name !== undefined) found.add(name);
    else throw new SeccompError('usage', `unknown capability ${quote(text)}${hintForCapability(text)}`);
  }
  return [...found].sort();
};

/** Parses node architectures by Go's names or other common ones; returns each once, in a fixed order, at least one. */
export const parseArchitectures = (texts: readonly string[]): readonly Architecture[] => {
  const found = new Set<Architecture>();
  for (const text of splitCommas(texts)) {
    const architecture = architectureByAlias(text);
    if (architecture === undefined) {
      const hint = didYouMean(text, ARCHITECTURES) || `; wanted one of ${ARCHITECTURES.join(', ')}`;
      throw new SeccompError('usage', `unknown architecture ${quote(text)}${hint}`);
    }
    found.add(architecture);
  }
  if (found.size === 0)
    throw new SeccompError('usage', `no architecture given; wanted one of ${ARCHITECTURES.join(', ')}`);
  return ARCHITECTURES.filter((architecture) => found.has(architecture));
};

const splitCommas = (texts: readonly string[]): readonly string[] =>
  texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
