import type { StockoutModelStatus } from '@stockout/crds';
import { CONDITION, type Upcoming, upcomingOf } from '@stockout/operator/outlook';
import { type ColorReport, colorsOf } from './colors.ts';
import { type Matter, matterOf, mattersOf } from './matters.ts';
import { type ScoringReport, scoringOf } from './scoring.ts';
import type { Sight } from './sight.ts';

/** What `stockout status --json` prints of a model. */
export interface ModelReport {
  name: string;
  namespace: string;
  ready: boolean;
  reason: string;
  message: string;
  todo?: string;
  /** What goes on, or is not as it should be, besides. */
  now: Matter[];
  next: { at: string; what: string; isOverdue?: true }[];
  /** The operator has not seen the newest spec: what it says of the model is of an older one. */
  isBehind: boolean;
  colors: ColorReport[];
  /** Jobs of the model that run: trainings and others. */
  jobs: { name: string; startedAt?: string }[];
  scoringJobs: ScoringReport[];
  /** Of the object, as it stands. */
  status: StockoutModelStatus;
  pinned?: string;
  /** Kinds that could not be read: colors, jobs and next may lack something. */
  hidden: readonly string[];
}

const UNSEEN: Matter = {
  reason: 'NotSeenYet',
  message: 'the operator has not seen the newest spec yet: does it run?',
};

/** What there is to say of a model at a time. */
export function reportOf(sight: Sight, now: Date): ModelReport {
  const { metadata, spec, status = {} } = sight.model;
  const ready = status.conditions?.find(({ type }) => type === CONDITION.ready);
  const { reason = 'NotSeenYet', message = 'the operator has not seen it yet: does it run?' } = ready ?? {};
  const { version: pinned } = spec.promotion;
  const isBehind = hasUnseenSpec(sight.model);
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    ready: ready?.status === 'True',
    ...matterOf(sight.model, reason, message),
    now: [...(isBehind && ready !== undefined ? [UNSEEN] : []), ...mattersOf(sight.model, message)],
    next: upcomingOf(sight.model, sight, now).map(inJson),
    isBehind,
    colors: colorsOf(sight),
    jobs: runningJobs(sight),
    scoringJobs: sight.scoringJobs.map(scoringOf),
    status,
    ...(pinned === undefined ? {} : { pinned }),
    hidden: sight.hidden,
  };
}

/** To delete a model is a generation of its own, which no status tells. */
function hasUnseenSpec({ metadata, status }: Sight['model']): boolean {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  return !isDeleted && (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
}

function runningJobs({ jobs }: Sight): ModelReport['jobs'] {
  return jobs
    .filter(({ status }) => !status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed'))
    .map(({ metadata, status }) => ({
      name: metadata.name,
      ...(status?.startTime === undefined ? {} : { startedAt: status.startTime }),
    }));
}

function inJson({ at, ...rest }: Upcoming): ModelReport['next'][number] {
  return { at: at.toISOString().replace(/\.\d+Z$/, 'Z'), ...rest };
}
