import { InputError } from '@stockout/contracts';
import type { Command } from 'commander';
import { withCommonOptions } from '../common-options.ts';
import type { CommonOptions, Outcome } from '../run-command.ts';
import type { Pin } from './pin-file.ts';

/** Where a version is pinned. */
export interface Place extends CommonOptions {
  file?: string;
  live?: string;
  namespace?: string;
}

export function withPlace(command: Command): Command {
  return withCommonOptions(command)
    .option('--file <file>', 'the manifest in Git: one line of it is changed, comments stay')
    .option('--live <model>', 'the StockoutModel in the cluster of the current kubeconfig')
    .option('-n, --namespace <namespace>', "with --live; default: that of kubeconfig's context");
}

/** @throws InputError unless exactly one place is named */
export function checkPlace({ file, live, namespace }: Place): void {
  if ((file === undefined) === (live === undefined)) {
    throw new InputError('name the place: --file FILE (a manifest) or --live MODEL (the cluster)');
  }
  if (file !== undefined && namespace !== undefined) throw new InputError('--namespace is of --live alone');
}

export function outcomeOf(pin: Pin, { file }: Place): Outcome {
  const { model, version, before } = pin;
  const next =
    file === undefined
      ? `kubectl get stockoutmodel ${model} shows when it serves`
      : `commit ${file}; git revert is the way back`;
  return { json: pin, text: `${model}: ${before ?? 'nothing pinned'} -> ${version}; ${next}` };
}
