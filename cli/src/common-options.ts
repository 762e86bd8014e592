import { type Command, InvalidArgumentError, Option } from 'commander';

/** Adds what every command takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print the result as one JSON object')
    .option('--debug', 'print a stack trace with errors')
    .addOption(
      new Option('--result-file <file>', "leave the result here too, as a Job's pod does").hideHelp(),
    );
}

/** -f and --storage, of commands that work on a manifest's tables and versions. */
export function withManifestOptions(command: Command, manifest = 'a StockoutModel'): Command {
  return withCommonOptions(command)
    .requiredOption('-f, --filename <file...>', `manifest: ${manifest}`)
    .option('--storage <uri>', "instead of the manifest's storage.uri: where its tables and versions are");
}

export interface ManifestOptions {
  filename: string[];
  storage?: string;
  json?: boolean;
  debug?: boolean;
  resultFile?: string;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is needed');
  return value;
}
