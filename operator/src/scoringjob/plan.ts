import type { Action } from '../actions.ts';
import { REASON } from '../conditions.ts';
import { refuse } from '../policies/refusal.ts';
import { parseSchedule } from '../policies/schedule.ts';
import type { Settings } from '../settings.ts';
import type { ObservedScoringJob } from './observed.ts';
import { planOnce } from './plan-once.ts';
import { planScheduled } from './plan-scheduled.ts';
import { idle, type ScoringPlan } from './scoring-plan.ts';

/** What to do for a scoring job, from what was seen and the time alone. */
export function planScoringJob(observed: ObservedScoringJob, settings: Settings, now: Date): ScoringPlan {
  const { job } = observed;
  const refused = refuse(job, settings.allowedNames);
  if (refused !== undefined) return { ...idle(job.status?.runs ?? []), refused };
  const { schedule, timeZone } = job.spec;
  const plan =
    schedule === undefined
      ? planOnce(observed, settings, now)
      : planScheduled(observed, parseSchedule(schedule, timeZone), settings, now);
  return { ...plan, actions: [...endSuperseded(observed), ...plan.actions] };
}

/** Why a Job of a run in this state is ended. */
const ENDED = new Map<string, string>([
  [REASON.superseded, 'the spec asks for another run by now'],
  [REASON.replaced, 'the next run of the schedule is due'],
]);

/**
 * Ends the Jobs of runs that stand as superseded in the status, whenever they are seen. Not before it stands there: while
 * a run is said to go on, a Job that is gone is made again.
 */
function endSuperseded({ job, runs }: ObservedScoringJob): Action[] {
  const states = new Map(job.status?.runs?.map(({ name, state }) => [name, state]));
  return runs.flatMap((state) => {
    const why = ENDED.get(states.get(state.run) ?? '');
    return why === undefined || state.phase !== 'Running' ? [] : [{ verb: 'delete', object: state.job, why }];
  });
}
