import type { StockoutModel } from '@stockout/crds';
import type { Deployment, Job, Service } from '../api/kubernetes.ts';
import { CONDITION, REASON } from '../conditions.ts';
import { storageRetrySeconds } from '../jobs/storage-retry.ts';
import { analysisOf } from '../policies/rollout/analysis.ts';
import { ANNOTATION, type Component, isOfComponent, LABEL } from '../resources/names.ts';
import { readSwitched } from '../resources/service.ts';

/** Something that happens by itself. */
export interface Upcoming {
  at: Date;
  /** A sentence without its full stop. */
  what: string;
  /** It should have happened by now. */
  isOverdue?: true;
}

/** What belongs to a model, as far as it may be read. */
export interface Surroundings {
  services: readonly Service[];
  deployments: readonly Deployment[];
  jobs: readonly Job[];
}

type Foresee = (model: StockoutModel, around: Surroundings, now: Date) => (Upcoming | undefined)[];

/**
 * What happens to a model next, and when, soonest first: from what stands in the cluster, as the operator reads it. What
 * should have happened by now is left out, but for a training of the schedule: that one is overdue says that the operator
 * is behind. Of a model that is paused nothing happens by itself.
 */
export function upcomingOf(model: StockoutModel, around: Surroundings, now: Date): Upcoming[] {
  if (model.metadata.annotations?.[ANNOTATION.paused] === 'true') return [];
  return FORESEEN.flatMap((foresee) => foresee(model, around, now))
    .filter((each) => each !== undefined)
    .filter(({ at, isOverdue }) => isOverdue === true || at > now)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

const FORESEEN: readonly Foresee[] = [scheduledTraining, endOfWindow, verdictOnCandidate, deadlines, retries];

function scheduledTraining(
  { spec, status }: StockoutModel,
  _around: Surroundings,
  now: Date,
): (Upcoming | undefined)[] {
  if (status?.nextTrainingTime === undefined) return [];
  const at = new Date(status.nextTrainingTime);
  if (at <= now)
    return [{ at, what: 'a training was due, and the operator has not got to it', isOverdue: true }];
  return [{ at, what: `a training is due, if ${spec.data.rawTable} has new data by then` }];
}

/** The pods of before are kept for the way back. */
function endOfWindow(model: StockoutModel, around: Surroundings): (Upcoming | undefined)[] {
  const service = serviceOf(model, around);
  const switched = service && readSwitched(service);
  const old = beside(service, around).find(
    ({ metadata }) => metadata.annotations?.[ANNOTATION.templateHash] === switched?.from,
  );
  if (switched === undefined || old === undefined) return [];
  const { rollbackWindowSeconds } = model.spec.serving.rollout;
  const { candidateVersion: waiting } = model.status ?? {};
  const isHere = around.deployments.some((each) => versionOf(each) === waiting && each.spec.replicas > 0);
  const then = waiting === undefined || isHere ? '' : `, and ${waiting} comes up`;
  const what = `the rollback window is over: the pods of ${versionOf(old)} go${then}`;
  return [{ at: after(switched.at, rollbackWindowSeconds), what }];
}

function verdictOnCandidate(model: StockoutModel, around: Surroundings, now: Date): (Upcoming | undefined)[] {
  // What served before bears the time of its own proof.
  const candidate = beside(serviceOf(model, around), around).find(
    (each) => versionOf(each) === model.status?.candidateVersion,
  );
  const from = candidate?.metadata.annotations?.[ANNOTATION.provenFrom];
  if (candidate === undefined) return [];
  if (from === undefined) return [endOfPatience(candidate)];
  const version = versionOf(candidate);
  const { servingVersion } = model.status ?? {};
  const isCompared = servingVersion !== undefined && servingVersion !== version;
  const analysis = isCompared ? analysisOf(model)?.analysis : undefined;
  if (analysis === undefined) {
    const what = `${version} is refused if its golden predictions have not come back by its Service`;
    return [{ at: after(from, model.spec.serving.rollout.progressDeadlineSeconds), what }];
  }
  const judged = after(from, analysis.durationSeconds);
  if (judged > now) return [{ at: judged, what: `${version} is judged by the requests that it is shown` }];
  const what = `${version} is refused if it has seen fewer than ${analysis.minRequests} requests`;
  return [{ at: after(from, analysis.maxDurationSeconds), what }];
}

/** Of pods that come up: Kubernetes counts from the last one that did. */
function endOfPatience(candidate: Deployment): Upcoming | undefined {
  const { spec, status } = candidate;
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  const isUp = (status?.availableReplicas ?? 0) >= spec.replicas;
  if (progressing?.lastUpdateTime === undefined || progressing.status !== 'True' || isUp) return undefined;
  const what = `${versionOf(candidate)} is given up if no further pod of it is ready by then`;
  return { at: after(progressing.lastUpdateTime, spec.progressDeadlineSeconds), what };
}

/** Of Jobs that run. */
function deadlines(_model: StockoutModel, { jobs }: Surroundings): (Upcoming | undefined)[] {
  return jobs
    .filter(({ status }) => !status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed'))
    .map(({ metadata, spec, status }) => {
      const what = `${metadata.name} is ended if it is not done (activeDeadlineSeconds)`;
      return status?.startTime
        ? { at: after(status.startTime, spec.activeDeadlineSeconds), what }
        : undefined;
    });
}

/** A Job that failed stands for its failure; once its time to live is over, or that of the failure, it is made again. */
function retries({ status }: StockoutModel, { jobs }: Surroundings): (Upcoming | undefined)[] {
  const found = new Set(status?.conditions?.map(({ type, reason }) => `${type} ${reason}`));
  return RETRIES.filter(({ on, reason }) => found.has(`${on} ${reason}`)).flatMap(
    ({ component, what, secondsOf = timeToLive }) =>
      jobs
        .filter((job) => isOfComponent(job, component))
        .map((job) => {
          const failed = job.status?.conditions?.find(({ type }) => type === 'Failed')?.lastTransitionTime;
          return failed ? { at: after(failed, secondsOf(job)), what } : undefined;
        }),
  );
}

const timeToLive = ({ spec }: Job): number => spec.ttlSecondsAfterFinished;

const RETRIES: readonly {
  /** The condition that says so. */
  on: string;
  reason: string;
  component: Component;
  what: string;
  secondsOf?: (job: Job) => number;
}[] = [
  {
    on: CONDITION.trained,
    reason: REASON.storageUnavailable,
    component: 'training',
    what: 'the training is run again: its storage may be back',
    secondsOf: storageRetrySeconds,
  },
  {
    on: CONDITION.tracked,
    reason: REASON.trackingFailed,
    component: 'tracking',
    what: 'MLflow is told again',
  },
  {
    on: CONDITION.gatesPassed,
    reason: REASON.storageUnavailable,
    component: 'evaluation',
    what: 'the comparison with what serves is made again: its storage may be back',
    secondsOf: storageRetrySeconds,
  },
  {
    on: CONDITION.recovered,
    reason: REASON.recoveryFailed,
    component: 'recovery',
    what: 'storage is looked through again',
  },
];

function serviceOf({ metadata }: StockoutModel, { services }: Surroundings): Service | undefined {
  return services.find(({ metadata: { name } }) => name === metadata.name);
}

/** Colors with pods that the Service does not select. */
function beside(service: Service | undefined, { deployments }: Surroundings): Deployment[] {
  const serving = service?.spec.selector[LABEL.color];
  return deployments.filter(
    ({ metadata, spec }) => metadata.labels?.[LABEL.color] !== serving && spec.replicas > 0,
  );
}

function versionOf({ metadata }: Deployment): string | undefined {
  return metadata.labels?.[LABEL.version];
}

function after(time: string, seconds: number): Date {
  return new Date(Date.parse(time) + seconds * 1000);
}
