import type { RunStatus, ScoringJob } from '@stockout/crds';
import type { Schedule } from '../policies/schedule.ts';
import { ANNOTATION } from '../resources/names.ts';
import { requestedRunName, scheduledRunName } from '../resources/run-names.ts';

/** A run that is due and stands nowhere yet. */
export interface DueRun {
  /** Made from what it is due for: whoever finds it due gives it the same name. */
  name: string;
  /** Undefined: somebody asked for it. */
  scheduledFor: Date | undefined;
}

/**
 * What somebody asked for, else the last time of the schedule. Of several times that were missed it is the last one
 * alone, as with a CronJob, and none that is further back than startingDeadlineSeconds.
 */
export function dueRun(
  job: ScoringJob,
  schedule: Schedule,
  runs: readonly RunStatus[],
  now: Date,
): DueRun | undefined {
  const known = new Set(runs.map(({ name }) => name));
  const requested = requestedRun(job);
  if (requested !== undefined && !known.has(requested.name)) return requested;
  const scheduled = scheduledRun(job, schedule, now);
  return scheduled !== undefined && !known.has(scheduled.name) ? scheduled : undefined;
}

/** The run that the annotation asks for. */
export function requestedRun(job: ScoringJob): DueRun | undefined {
  if (job.metadata.annotations?.[ANNOTATION.runRequestedAt] === undefined) return undefined;
  return { name: requestedRunName(job), scheduledFor: undefined };
}

function scheduledRun(job: ScoringJob, schedule: Schedule, now: Date): DueRun | undefined {
  const latest = schedule.latest(now);
  if (latest === undefined || latest.getTime() <= settledUntil(job, now)) return undefined;
  const { startingDeadlineSeconds: deadline = Infinity } = job.spec;
  if (now.getTime() - latest.getTime() > deadline * 1000) return undefined;
  return { name: scheduledRunName(job, latest), scheduledFor: latest };
}

/**
 * Until when no time is due any more, in milliseconds. A last time that lies in the future is that of a clock that was
 * set back since: it tells nothing, and the runs' names see to it that none is done twice.
 */
function settledUntil({ metadata, status }: ScoringJob, now: Date): number {
  const last = Date.parse(status?.lastScheduleTime ?? '');
  if (last <= now.getTime()) return last;
  return metadata.creationTimestamp === undefined ? now.getTime() : Date.parse(metadata.creationTimestamp);
}
