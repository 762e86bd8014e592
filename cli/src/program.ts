import process from 'node:process';
import { EXIT } from '@stockout/contracts';
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };

/** Adds one command to the program. */
export type AddCommand = (program: Command) => void;

/** Runs the command line with these commands: all of them on a machine, those of one room in an image. */
export async function runProgram(commands: readonly AddCommand[]): Promise<void> {
  const program = new Command('stockout')
    .description(
      'Will this product stock out in the next 7 days? Trains, gates, serves and scores the model that says so.',
    )
    .version(packageJson.version)
    .enablePositionalOptions()
    .showHelpAfterError('(stockout --help lists the commands)')
    .exitOverride();
  for (const add of commands) add(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed what is wrong; help and version come here too, with code 0.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongSpec;
  }
}
