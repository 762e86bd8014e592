import type { RecoverResult } from '@stockout/contracts';
import type { PipelineContext } from '@stockout/pipeline';
import { type Command, Option } from 'commander';
import { wholeNumber } from './common-options.ts';
import type { Outcome } from './run-command.ts';

export interface RecoverFirstOptions {
  recover?: number;
  recoverVersions?: string[];
}

/** Of a command that makes a version, and that a Job runs while the cluster knows of none. */
export function withRecoverFirst(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--recover <newest>',
        'where storage has versions of this model, tells of so many of the newest and makes none',
      )
        .argParser(wholeNumber)
        .hideHelp(),
    )
    .addOption(new Option('--recover-versions <version...>', 'and of these before them').hideHelp());
}

/** What is told instead of making a version; undefined where one is to be made. */
export async function recoverFirst(
  context: PipelineContext,
  { recover: newest, recoverVersions: versions }: RecoverFirstOptions,
): Promise<Outcome | undefined> {
  if (newest === undefined) return undefined;
  const pipeline = await import('@stockout/pipeline');
  const result = await pipeline.recoverAny(context, { newest, versions });
  return result && recovered(result);
}

export function recovered(result: RecoverResult): Outcome {
  const { absent, passedOver, left } = result;
  const lines = [
    ...absent.map((version) => `${version} is not in storage`),
    ...passedOver.map(({ version, message }) => `warning: ${version} is passed over: ${message}`),
    ...left.map((version) => `${version} is there too: ask for it by name`),
  ];
  return { json: result, text: lines.join('\n'), result };
}
