import type { ConfigMap, Deployment, KubeObject, Pod } from '../api/kubernetes.ts';
import { REASON } from '../conditions.ts';
import { firstTrouble, type MountFailuresOf } from '../jobs/pod-state.ts';
import { type RunState, runStatesOf } from '../jobs/run-state.ts';
import { mountFailuresIn, type Stores } from '../kube/stores.ts';
import { type Answers, NO_ANSWERS } from '../predictors/question.ts';
import { standingOf } from '../predictors/standing.ts';
import { candidateServiceName } from '../resources/candidate-service.ts';
import { isComparisonOf, readComparisonRecord } from '../resources/comparison-record.ts';
import {
  ANNOTATION,
  type Color,
  type Component,
  isOfComponent,
  isOwnedBy,
  LABEL,
} from '../resources/names.ts';
import { readRecoveryRecord } from '../resources/recovery-record.ts';
import { readRollMarks } from '../resources/roll-marks.ts';
import { type FailedWork, readRunFailure, type RunFailure } from '../resources/run-failure.ts';
import { readTrackingRecord } from '../resources/tracking-record.ts';
import { readVersionRecord, type VersionRecord, versionNumber } from '../resources/version-record.ts';
import type { ObservedModel, PredictorState } from './observed.ts';
import { predictorPodsOf } from './predictor-pods.ts';

type DeploymentStatus = NonNullable<Deployment['status']>;

/**
 * @param key namespace/name
 * @param answers of its predictors
 * @returns undefined when there is nothing to reconcile: garbage collection does the rest
 */
export function observeModel(
  stores: Stores,
  key: string,
  answers: Answers = NO_ANSWERS,
): ObservedModel | undefined {
  const model = stores.models.get(key);
  if (model === undefined || model.metadata.deletionTimestamp !== undefined) return undefined;
  const { uid, name } = model.metadata;
  // Leftovers of a model of the same name that was deleted are not ours.
  const isOurs = (object: KubeObject): boolean => isOwnedBy(object, uid);
  const group = `StockoutModel/${key}`;
  const configMaps = stores.configMaps.inGroup(group).filter(isOurs);
  const services = stores.services.inGroup(group).filter(isOurs);
  const pods = stores.pods.inGroup(group);
  const mountFailuresOf = mountFailuresIn(stores);
  const jobs = stores.jobs.inGroup(group).filter(isOurs);
  const runsOf = (component: Component): RunState[] =>
    runStatesOf(
      jobs.filter((job) => isOfComponent(job, component)),
      pods,
      mountFailuresOf,
    );
  return {
    model,
    versions: versionsOf(configMaps),
    failures: failuresOf(configMaps, 'training'),
    runs: runsOf('training'),
    evaluationRuns: runsOf('evaluation'),
    comparisons: configMaps.map(readComparisonRecord).filter((record) => record !== undefined),
    comparisonFailures: failuresOf(configMaps, 'evaluation'),
    otherRecords: configMaps.filter((configMap) => !isComparisonOf(name, configMap)),
    trackingRuns: runsOf('tracking'),
    tracking: readFirst(configMaps, readTrackingRecord),
    recoveryRuns: runsOf('recovery'),
    recovery: readFirst(configMaps, readRecoveryRecord),
    predictors: stores.deployments
      .inGroup(group)
      .filter(isOurs)
      .map((deployment) => predictorStateOf(deployment, pods, { mountFailuresOf, answers })),
    service: services.find(({ metadata }) => metadata.name === name),
    candidateService: services.find(({ metadata }) => metadata.name === candidateServiceName(name)),
    answers,
    budget: stores.budgets.inGroup(group).find(isOurs),
    autoscaler: stores.autoscalers.inGroup(group).find(isOurs),
  };
}

function versionsOf(configMaps: readonly ConfigMap[]): VersionRecord[] {
  return configMaps
    .map(readVersionRecord)
    .filter((record) => record !== undefined)
    .sort((a, b) => versionNumber(b.version) - versionNumber(a.version));
}

function failuresOf(configMaps: readonly ConfigMap[], work: FailedWork): RunFailure[] {
  return configMaps
    .map((configMap) => readRunFailure(configMap, work))
    .filter((failure) => failure !== undefined);
}

/** With its ConfigMap, on top of which the next one is written. */
function readFirst<T>(
  configMaps: readonly ConfigMap[],
  read: (configMap: ConfigMap) => T | undefined,
): (T & { resourceVersion: string | undefined }) | undefined {
  for (const configMap of configMaps) {
    const record = read(configMap);
    if (record !== undefined) return { ...record, resourceVersion: configMap.metadata.resourceVersion };
  }
  return undefined;
}

/** What is told of pods besides their own status. */
interface Told {
  mountFailuresOf: MountFailuresOf;
  answers: Answers;
}

/** @param pods of the model */
function predictorStateOf(deployment: Deployment, pods: readonly Pod[], told: Told): PredictorState {
  const { labels, annotations, generation = 0 } = deployment.metadata;
  const status: DeploymentStatus = deployment.status ?? {};
  const color = labels?.[LABEL.color] as Color;
  const current = (status.observedGeneration ?? 0) >= generation;
  const wanted = deployment.spec.replicas;
  const counts = [status.replicas, status.updatedReplicas, status.availableReplicas];
  const progressing = status.conditions?.find(({ type }) => type === 'Progressing');
  const { rolledFrom, gaveUpOn } = readRollMarks(deployment);
  const newest = {
    version: labels?.[LABEL.version] ?? '',
    templateHash: annotations?.[ANNOTATION.templateHash] ?? '',
  };
  const coming = predictorPodsOf(pods, deployment, newest.version);
  return {
    color,
    version: rolledFrom?.version ?? newest.version,
    templateHash: rolledFrom?.templateHash ?? newest.templateHash,
    rollingTo: rolledFrom && newest,
    rolledFrom,
    gaveUpOn,
    deployment,
    readyReplicas: readyOf(status),
    ready: current && counts.every((count) => (count ?? 0) === wanted),
    deadlineExceeded: current && progressing?.reason === 'ProgressDeadlineExceeded',
    givenUp: annotations?.[ANNOTATION.givenUp],
    givenUpReason: annotations?.[ANNOTATION.givenUpReason] ?? REASON.progressDeadlineExceeded,
    provenFrom: annotations?.[ANNOTATION.provenFrom],
    pods: rolledFrom === undefined ? coming : predictorPodsOf(pods, deployment, rolledFrom.version),
    coming,
    trouble:
      replicaFailure(status) ??
      standingOf(coming, told.answers) ??
      firstTrouble(
        pods.filter((pod) => pod.metadata.labels?.[LABEL.color] === color),
        told.mountFailuresOf,
      ),
  };
}

/** A quota or Pod Security refuses the pods: there is none to ask. */
function replicaFailure({ conditions }: DeploymentStatus): string | undefined {
  const refused = conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  return refused && `${refused.reason}: ${refused.message}`;
}

/** While a template is replaced, pods of the old one are ready too: all of those that there are, at worst. */
function readyOf({ replicas = 0, updatedReplicas = 0, readyReplicas = 0 }: DeploymentStatus): number {
  return Math.max(0, readyReplicas - (replicas - updatedReplicas));
}
