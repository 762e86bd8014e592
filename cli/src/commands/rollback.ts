import { InputError } from '@stockout/contracts';
import type { Command } from 'commander';
import { checkPlace, outcomeOf, type Place, withPlace } from '../pin/pin-command.ts';
import { runCommand } from '../run-command.ts';

export function addRollback(program: Command): void {
  withPlace(program.command('rollback'))
    .description('pin the version to go back to, in a manifest or in the cluster')
    .argument('[version]', 'default with --live: the newest older than what serves that passed its gates')
    .action((version: string | undefined, options: Place) =>
      runCommand(options, () => rollBack(version, options)),
    );
}

async function rollBack(version: string | undefined, options: Place) {
  checkPlace(options);
  const { file, live = '', namespace } = options;
  const { checkVersion } = await import('@stockout/crds/manifest');
  if (version !== undefined) checkVersion(version);
  if (file !== undefined) {
    if (version === undefined) {
      throw new InputError('a manifest does not say what served before: name the version, or git revert');
    }
    const { pinInFile } = await import('../pin/pin-file.ts');
    return outcomeOf(await pinInFile(file, version), options);
  }
  const { isKnown, pinLive, previousOf } = await import('../pin/pin-live.ts');
  const choose =
    version === undefined ? previousOf : (model: Parameters<typeof previousOf>[0]) => isKnown(model, version);
  return outcomeOf(await pinLive({ name: live, namespace }, choose), options);
}
