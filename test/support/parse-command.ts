// Parses a command line with one verb and returns the options that its `run` would get, without running it.
import yargs, { type CommandModule } from 'yargs';
import { normalizeArguments, PARSER } from '../../plugin/commands/arguments.ts';
import type { ExitCode, Outside } from '../../plugin/outside.ts';
import { fakeOutside } from './fake-outside.ts';

type Run<T> = (options: T, outside: Outside) => Promise<ExitCode>;

/** Builds the command with a `run` that only remembers; errors of the parsing are thrown. */
export const parseCommand = async <T>(
  build: (outside: Outside, run: Run<T>) => CommandModule,
  args: readonly string[],
): Promise<T> => {
  let given: T | undefined;
  const command = build(fakeOutside(), async (options) => {
    given = options;
    return 0;
  });
  const name = String(command.command).split(' ')[0] ?? '';
  const parser = yargs([])
    .exitProcess(false)
    .version(false)
    .strict()
    .parserConfiguration(PARSER)
    .fail((message, thrown) => {
      throw thrown ?? new Error(message);
    })
    .command(command);
  await parser.parseAsync(normalizeArguments([name, ...args]));
  if (given === undefined) throw new Error('the command was not run');
  return given;
};
