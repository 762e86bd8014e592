import type { Command } from 'commander';
import { checkPlace, outcomeOf, type Place, withPlace } from '../pin/pin-command.ts';
import { runCommand } from '../run-command.ts';

export function addPromote(program: Command): void {
  withPlace(program.command('promote'))
    .description('pin the version that is to serve, in a manifest or in the cluster')
    .argument('<version>', 'as kubectl get stockoutmodel shows it, such as v4')
    .action((version: string, options: Place) => runCommand(options, () => promote(version, options)));
}

async function promote(version: string, options: Place) {
  checkPlace(options);
  const { file, live = '', namespace } = options;
  const { checkVersion } = await import('@stockout/crds/manifest');
  checkVersion(version);
  if (file !== undefined) {
    const { pinInFile } = await import('../pin/pin-file.ts');
    return outcomeOf(await pinInFile(file, version), options);
  }
  const { isKnown, pinLive } = await import('../pin/pin-live.ts');
  const pin = await pinLive({ name: live, namespace }, (model) => isKnown(model, version));
  return outcomeOf(pin, options);
}
