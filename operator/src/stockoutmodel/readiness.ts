import { type Finding, isFalse, isTrue, REASON, type Verdict } from '../conditions.ts';
import { endpointOf } from '../resources/service.ts';
import { type ObservedModel, servingOf } from './observed.ts';
import type { ModelPlan } from './plan.ts';

export interface Readiness {
  ready: Verdict;
  /** Nothing changes until someone acts. */
  stalled: Finding | undefined;
}

type Check = (observed: ObservedModel, plan: ModelPlan) => Readiness | undefined;

/** The condition Ready: the first check that has something to say. */
export function readinessOf(observed: ObservedModel, plan: ModelPlan): Readiness {
  for (const check of CHECKS) {
    const found = check(observed, plan);
    if (found !== undefined) return found;
  }
  throw new Error('the last check always says something');
}

const CHECKS: Check[] = [
  refused,
  pinRefused,
  givenUp,
  rollingOut,
  nothingServes,
  unavailable,
  noAddress,
  serving,
];

function refused(observed: ObservedModel, { refused: refusal }: ModelPlan): Readiness | undefined {
  if (refusal === undefined) return undefined;
  const version = servingOf(observed)?.version;
  const { reason, message } = refusal;
  if (reason !== REASON.paused) return stalled({ reason, message: message + meanwhile(version) });
  const words = version === undefined ? message : `${message}; ${version} serves`;
  return {
    ready: { status: version === undefined ? 'False' : 'True', reason, message: words },
    stalled: undefined,
  };
}

function pinRefused(
  observed: ObservedModel,
  { promotion, training, recovery, comparison }: ModelPlan,
): Readiness | undefined {
  if (promotion.pinRefused === undefined) return undefined;
  const { reason, message } = promotion.pinRefused;
  const words = message + meanwhile(servingOf(observed)?.version);
  // The version that is pinned may be the very one that is being trained, looked for or compared.
  const maySoon = training?.busy || recovery?.busy || mayBeCompared(comparison);
  return maySoon ? notYet(reason, words) : stalled({ reason, message: words });
}

function mayBeCompared(comparison: ModelPlan['comparison']): boolean {
  return comparison?.pair !== undefined && comparison.isFinal === undefined;
}

/** A version that nobody asked for by its name was refused: as with one that fails its gates, what serves is right. */
function givenUp(observed: ObservedModel, { rollout, promotion }: ModelPlan): Readiness | undefined {
  if (rollout?.failed === undefined) return undefined;
  const serves = servingOf(observed)?.version;
  const { version } = promotion.target ?? {};
  const wasJudged = rollout.failed.reason !== REASON.progressDeadlineExceeded;
  const isAsked = observed.model.spec.promotion.version === version || serves === version;
  return wasJudged && serves !== undefined && !isAsked ? undefined : stalled(rollout.failed);
}

function rollingOut(_observed: ObservedModel, { rollout }: ModelPlan): Readiness | undefined {
  return rollout?.busy ? notYet(rollout.verdict.reason, rollout.verdict.message) : undefined;
}

function nothingServes(observed: ObservedModel, plan: ModelPlan): Readiness | undefined {
  if (servingOf(observed) !== undefined) return undefined;
  const { training, promotion } = plan;
  if (training?.failed) return stalled(training.failed);
  if (training?.busy) return notYet(training.verdict.reason, training.verdict.message);
  const { status, reason, message } = promotion.verdict;
  if (status === 'False') return stalled({ reason, message });
  const [latest] = observed.versions;
  if (latest === undefined && training !== undefined) {
    return notYet(training.verdict.reason, training.verdict.message);
  }
  return notYet(REASON.awaitingPromotion, message);
}

function unavailable(observed: ObservedModel): Readiness | undefined {
  const predictor = servingOf(observed);
  if (predictor === undefined || predictor.readyReplicas > 0 || predictor.deployment.spec.replicas === 0) {
    return undefined;
  }
  const { version, color, deployment, trouble } = predictor;
  const words = `none of the ${deployment.spec.replicas} pods of ${version} (${color}) is ready`;
  return notYet(REASON.predictorUnavailable, trouble === undefined ? words : `${words}: ${trouble}`);
}

function noAddress({ service }: ObservedModel): Readiness | undefined {
  if (service === undefined || endpointOf(service) !== undefined) return undefined;
  const { name } = service.metadata;
  return notYet(
    REASON.endpointPending,
    `the Service ${name} waits for the address of its load balancer (serving.service.type ClusterIP needs none)`,
  );
}

function serving(observed: ObservedModel): Readiness {
  const predictor = servingOf(observed);
  const { readyReplicas = 0, trouble } = predictor ?? {};
  const replicas = predictor?.deployment.spec.replicas ?? 0;
  const pods = `${readyReplicas} of ${replicas} pods are ready`;
  const why = readyReplicas < replicas && trouble !== undefined ? `: ${trouble}` : '';
  return { ready: isTrue(REASON.serving, `${predictor?.version} serves, ${pods}${why}`), stalled: undefined };
}

function stalled(finding: Finding): Readiness {
  return { ready: isFalse(finding.reason, finding.message), stalled: finding };
}

function notYet(reason: string, message: string): Readiness {
  return { ready: isFalse(reason, message), stalled: undefined };
}

function meanwhile(version: string | undefined): string {
  return version === undefined ? '' : `; ${version} keeps serving`;
}
