// Puts finished programs in the place of the modules that would build them: what is shipped builds nothing.
import type { Plugin } from 'esbuild';

/** Embeds the program for the nodes. */
export const embedProgram = (program: Uint8Array): Plugin => embed('build-program', 'buildProgram', program);

/** Embeds the program for the cluster; without one, it can be had nowhere. */
export const embedSyncProgram = (program: Uint8Array | undefined): Plugin =>
  embed('build-sync-program', 'buildSyncProgram', program);

const embed = (module: string, name: string, program: Uint8Array | undefined): Plugin => ({
  name: `embed-${module}`,
  setup: ({ onLoad }) => {
    onLoad({ filter: new RegExp(`[/\\\\]release[/\\\\]${module}\\.ts$`) }, () => ({
      contents:
        program === undefined
          ? `export const ${name} = async () => { throw new Error('this program carries no other'); };`
          : `const program = ${JSON.stringify(new TextDecoder('utf-8', { fatal: true }).decode(program))};
export const ${name} = async () => new TextEncoder().encode(program);`,
      loader: 'js',
    }));
  },
});
