import { versionPath } from '@stockout/contracts';
import type { Action } from '../../actions.ts';
import { type Finding, isFalse, REASON, type Verdict } from '../../conditions.ts';
import { outcomeOf } from '../../jobs/run-outcome.ts';
import { rerunLost, type RunState } from '../../jobs/run-state.ts';
import { holdsVersions, withFinalizer } from '../../resources/finalizer.ts';
import { buildRemovalJob, REMOVAL_DEADLINE_SECONDS } from '../../resources/removal-job.ts';
import type { ObservedDeletion } from '../../stockoutmodel/observe-deletion.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';
import { forbiddenStorage } from '../refusal.ts';

/** More than the Job may take, with room for what must end before it. */
const PATIENCE_MS = (REMOVAL_DEADLINE_SECONDS + 300) * 1000;

export interface DeletionPlan {
  /** Of the condition Ready while the model waits. */
  verdict: Verdict;
  actions: Action[];
  /** What stays in storage though it should not: the last that is told of the model. */
  left: Finding | undefined;
  requeueAfterMs: number | undefined;
}

export interface DeletionInput {
  now: Date;
  image: string;
  allowedNames: readonly string[];
}

/** Puts the finalizer where versions are to go with the model, before there is any; takes it away where they may stay. */
export function planFinalizer({ model }: ObservedModel): Action[] {
  const wanted = model.spec.deletionPolicy === 'Delete';
  if (wanted === holdsVersions(model)) return [];
  const why = wanted ? 'its versions are to go with it' : 'its versions are to stay';
  return [{ verb: 'finalize', object: withFinalizer(model, wanted), why }];
}

/**
 * What to do for a model that is deleted and that our finalizer holds: trainings end, a Job removes the versions, the
 * finalizer goes. It goes too, and what is left is told, when the Job cannot do it within its time: a model must not wait
 * for a storage that is gone.
 */
export function planDeletion(observed: ObservedDeletion, input: DeletionInput): DeletionPlan {
  const { model, removal } = observed;
  if (model.spec.deletionPolicy !== 'Delete') return release(observed, 'its versions are to stay');
  const forbidden = forbiddenStorage(model, input.allowedNames);
  if (forbidden !== undefined) return giveUp(observed, forbidden.message);
  const outcome = removal && outcomeOf(removal, 'remove', input.now);
  if (outcome?.is === 'done') {
    const { versions } = outcome.result;
    return release(observed, `${versions} version${versions === 1 ? '' : 's'} of it went from storage`);
  }
  if (outcome?.is === 'failed') return giveUp(observed, outcome.message);
  const left = Date.parse(model.metadata.deletionTimestamp ?? '') + PATIENCE_MS - input.now.getTime();
  const trouble = outcome?.is === 'running' ? outcome.trouble : undefined;
  if (left <= 0) return giveUp(observed, trouble ?? `it was not done within ${PATIENCE_MS / 1000} s`);
  // What a pod said may come a little later than its Job's end, or never.
  const requeueAfterMs = outcome?.is === 'settling' ? Math.min(outcome.ms, left) : left;
  return { ...next(observed, input, outcome?.is === 'lost'), requeueAfterMs };
}

type Step = Omit<DeletionPlan, 'requeueAfterMs'>;

function next(observed: ObservedDeletion, { image }: DeletionInput, isLost: boolean): Step {
  const { model, removal, writers, writing } = observed;
  if (writers.length > 0) {
    const actions = writers.map((state) => end(state, 'the model is deleted'));
    return waiting('its trainings end', actions);
  }
  if (writing.length > 0) return waiting(`the pod ${writing[0]} of a training ends`, []);
  if (removal === undefined) {
    const object = buildRemovalJob(model, image);
    return waiting('a Job removes its versions from storage', [
      { verb: 'create', object, why: 'removes its versions from storage' },
    ]);
  }
  if (isLost) return waiting('the Job is run again', [rerunLost(removal)]);
  const but = removal.trouble === undefined ? '' : `, but its pod does not start: ${removal.trouble}`;
  return waiting(`${removal.run} removes its versions from storage${but}`, []);
}

function end(state: RunState, why: string): Action {
  return { verb: 'delete', object: state.job, why };
}

function waiting(message: string, actions: Action[]): Step {
  return { verdict: isFalse(REASON.deleting, message), actions, left: undefined };
}

function release({ model }: ObservedDeletion, why: string): DeletionPlan {
  const actions: Action[] = [{ verb: 'finalize', object: withFinalizer(model, false), why }];
  return { verdict: isFalse(REASON.deleting, why), actions, left: undefined, requeueAfterMs: undefined };
}

/** @param why what kept the Job from it */
export function giveUp(observed: ObservedDeletion, why: string): DeletionPlan {
  const { namespace, name } = observed.model.metadata;
  const folder = `${observed.model.spec.storage.uri.replace(/\/+$/, '')}/${versionPath(namespace, name, '')}`;
  const message = `its versions are left in ${folder}, delete that folder yourself: ${why}`;
  const left = { reason: REASON.versionsLeft, message };
  return { ...release(observed, message), verdict: isFalse(left.reason, message), left };
}
