// What is answered before a parser is loaded: the plugin's own version, and what the shell asks while somebody types.
// Anything else, and every mistake, is the parser's.
import { renderVersions } from '../output/versions.ts';
import type { Outside } from '../outside.ts';

/** How a shell's script and `kubectl_complete-seccomp` ask: `__complete WORD… LAST`. */
export const COMPLETE = '__complete';

/** Answers where it can without a parser; false: nothing was done. */
export const answerQuickly = async (args: readonly string[], outside: Outside): Promise<boolean> => {
  const [verb, ...rest] = args;
  if (verb === 'version' && rest.length === 1 && rest[0] === '--client') {
    outside.stdout.write(renderVersions(`v${outside.version}`));
    return true;
  }
  if (verb !== COMPLETE) return false;
  const { complete } = await import('./complete.ts');
  const { renderCompletion } = await import('../output/completion.ts');
  try {
    outside.stdout.write(renderCompletion(await complete(rest, outside)));
  } catch {
    // Threat: a message would land in the line that is being typed. No choices is what shells understand.
    outside.conclude(1);
  }
  return true;
};
