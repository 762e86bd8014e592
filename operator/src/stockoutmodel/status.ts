import type { Condition, StockoutModelStatus } from '@stockout/crds';
import { CONDITION, type Finding, isFalse, isTrue, REASON, type Verdict } from '../conditions.ts';
import { isSilent, type ReconcileError, StalledError } from '../errors.ts';
import { knownOf } from '../policies/tracking/tracking-state.ts';
import { LABEL } from '../resources/names.ts';
import { endpointOf } from '../resources/service.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import { setConditions, timestamp } from '../set-conditions.ts';
import { championOf, givenUpOf, type ObservedModel, servingOf } from './observed.ts';
import type { ModelPlan } from './plan.ts';
import { readinessOf } from './readiness.ts';
import { metricsStatusOf, versionStatusOf } from './version-status.ts';

/**
 * What is told of a model: nothing in it is remembered, all of it follows from what was seen, but for what a Service that
 * is gone led to.
 */
export function modelStatusOf(
  observed: ObservedModel,
  plan: ModelPlan,
  error: ReconcileError | undefined,
  now: Date,
): StockoutModelStatus {
  const { model, versions } = observed;
  const { generation = 0 } = model.metadata;
  const before = model.status?.conditions ?? [];
  const serving = servingOf(observed);
  const servingVersion = servingVersionOf(observed, plan, error);
  const [latest] = versions;
  const { promotion, rollout } = plan;
  const next = plan.training?.next;
  const known = knownOf(observed);
  const shown = serving === undefined ? latest : versions.find(({ version }) => version === serving.version);
  return {
    observedGeneration: generation,
    ...(servingVersion === undefined ? {} : { servingVersion }),
    ...(rollout?.candidate === undefined ? {} : { candidateVersion: rollout.candidate }),
    ...(latest === undefined ? {} : { latestVersion: latest.version }),
    ...(shown === undefined ? {} : { metrics: metricsStatusOf(shown) }),
    versions: versions.map((version) =>
      versionStatusOf(version, promotion.verdicts.get(version.version) ?? [], {
        mlflowRunId: known.versions[version.version]?.runId,
        refused: refusalOf(observed, plan, version),
      }),
    ),
    ...servingStatus(observed),
    ...(next === undefined ? {} : { nextTrainingTime: timestamp(next) }),
    conditions: setConditions(before, verdictsOf(observed, plan, error), generation, now),
  };
}

/** Of a Service that was deleted nothing but the status knows what it led to, until it could be made anew. */
function servingVersionOf(
  observed: ObservedModel,
  { rollout }: ModelPlan,
  error: ReconcileError | undefined,
): string | undefined {
  const couldBeMade = rollout !== undefined && error === undefined;
  return couldBeMade ? servingOf(observed)?.version : championOf(observed);
}

/** By its Deployment, or its record once that has another candidate; what serves, or is tried again, is not refused. */
function refusalOf(
  observed: ObservedModel,
  { rollout }: ModelPlan,
  { version, refused }: VersionRecord,
): Finding | undefined {
  if (servingOf(observed)?.version === version) return undefined;
  if (rollout?.refusal?.version === version) return rollout.refusal;
  if (rollout?.candidate === version) return undefined;
  return givenUpOf(observed, version) ?? refused;
}

/** What the scale subresource, and people, need of the color that serves. */
function servingStatus(observed: ObservedModel): StockoutModelStatus {
  const { model, service } = observed;
  const serving = servingOf(observed);
  if (serving === undefined || service === undefined) return {};
  const endpoint = endpointOf(service);
  return {
    replicas: serving.deployment.status?.replicas ?? 0,
    selector: `${LABEL.model}=${model.metadata.name},${LABEL.color}=${serving.color}`,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

function verdictsOf(
  observed: ObservedModel,
  plan: ModelPlan,
  error: ReconcileError | undefined,
): [type: string, verdict: Verdict | Condition | undefined][] {
  const before = observed.model.status?.conditions ?? [];
  const readiness = readinessOf(observed, plan);
  const { ready, stalled } = withError(readiness, error);
  const { reason, message } = ready;
  const kept = (type: string): Verdict | Condition =>
    before.find((each) => each.type === type && each.status !== 'Unknown') ?? {
      status: 'Unknown',
      reason,
      message,
    };
  return [
    [CONDITION.ready, ready],
    [CONDITION.trained, plan.training?.verdict ?? kept(CONDITION.trained)],
    [CONDITION.gatesPassed, plan.promotion.verdict],
    [CONDITION.rolledOut, plan.rollout?.verdict ?? kept(CONDITION.rolledOut)],
    [CONDITION.driftDetected, driftVerdict(observed, plan, kept)],
    [CONDITION.tracked, trackedVerdict(observed, plan, kept)],
    [CONDITION.recovered, plan.refused === undefined ? plan.recovery?.verdict : keptIfTold(before)],
    [CONDITION.reconciling, stalled === undefined ? reconciling(plan, error) : undefined],
    [CONDITION.stalled, stalled && isTrue(stalled.reason, stalled.message)],
  ];
}

/** As it was, if anything was. */
function keptIfTold(before: readonly Condition[]): Condition | undefined {
  return before.find(({ type }) => type === CONDITION.recovered);
}

/** Only where MLflow is asked for; as it was while nothing is planned. */
function trackedVerdict(
  { model }: ObservedModel,
  { tracking }: ModelPlan,
  kept: (type: string) => Verdict | Condition,
): Verdict | Condition | undefined {
  if (model.spec.tracking?.mlflow === undefined) return undefined;
  return tracking?.verdict ?? kept(CONDITION.tracked);
}

/** Only where it is asked for; as it was while nothing is planned. */
function driftVerdict(
  { model }: ObservedModel,
  { drift }: ModelPlan,
  kept: (type: string) => Verdict | Condition,
): Verdict | Condition | undefined {
  if (model.spec.monitoring?.drift === undefined) return undefined;
  return drift?.verdict ?? kept(CONDITION.driftDetected);
}

interface Told {
  ready: Verdict;
  stalled: Finding | undefined;
}

/** What does not get on says why. A model that serves goes on serving: an error is no reason to say otherwise. */
function withError({ ready, stalled }: Told, error: ReconcileError | undefined): Told {
  if (error === undefined || isSilent(error)) return { ready, stalled };
  const { reason, message } = error;
  return {
    ready: ready.status === 'True' ? ready : isFalse(reason, message),
    stalled: error instanceof StalledError ? { reason, message } : stalled,
  };
}

/** Conflicts pass by themselves, nobody needs to read of them. */
function reconciling(
  { training, rollout, recovery, comparison }: ModelPlan,
  error: ReconcileError | undefined,
): Verdict | undefined {
  if (error !== undefined && !isSilent(error)) return isTrue(error.reason, error.message);
  const work = [rollout, recovery, training, comparison].find((step) => step?.busy);
  if (work?.verdict === undefined) return undefined;
  const { reason, message } = work.verdict;
  return isTrue(work.isHeldUp ? REASON.heldUp : reason, message);
}
