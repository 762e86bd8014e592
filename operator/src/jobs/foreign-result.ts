import type { RunResult } from '@stockout/contracts';
import type { Job } from '../api/kubernetes.ts';
import { UNLESS_DATA_OF } from '../resources/training-job.ts';
import type { RunState } from './run-state.ts';

/**
 * Whose result it is that a pod left, where that is not its own run: the name of a run follows from the model and its spec,
 * so that a version of another model, or of another spec, never goes on record as what this one asked for.
 * @returns the other run; undefined where the result is this run's
 */
export function foreignRunOf({ run, job }: RunState, result: RunResult): string | undefined {
  if (!('run' in result) || result.run === run || isUnchanged(job, result)) return undefined;
  return result.run;
}

/** A training by the schedule that found no newer data tells of the version that there is. */
function isUnchanged({ spec }: Job, result: RunResult): boolean {
  const args = spec.template.spec.containers[0]?.args ?? [];
  const at = args.indexOf(UNLESS_DATA_OF);
  return result.kind === 'train' && at >= 0 && args[at + 1] === result.version;
}
