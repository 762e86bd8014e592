import { isInNetwork, MAX_GOLDEN_ROWS } from '@stockout/contracts';
import {
  COMPARISON_PREFIX,
  type PodAddress,
  type Question,
  type QuestionOf,
} from '../../predictors/question.ts';
import { candidateUrl, portOf } from '../../resources/candidate-service.ts';
import { PREDICT_PORT } from '../../resources/predictor-deployment.ts';
import type { ObservedModel, PredictorState } from '../../stockoutmodel/observed.ts';
import type { PredictorPod } from '../../stockoutmodel/predictor-pods.ts';
import { type Analysis, analysisOf } from './analysis.ts';
import type { RolloutContext } from './rollout-steps.ts';

export interface ProofQuestions {
  golden: QuestionOf<'golden'>[];
  shadow: QuestionOf<'shadow'>[];
}

/** What has to be known of a candidate before it may serve. */
export function proofQuestions(context: RolloutContext, candidate: PredictorState): ProofQuestions {
  const pods = candidate.pods.filter(isAsked).map(addressOf);
  const golden = pods.map((pod, index) => ({
    about: 'golden' as const,
    pod,
    request: { url: urlFor(context, pods, index), rows: goldenRows(context, pods.length) },
  }));
  const analysis = comparisonOf(context);
  if (analysis === undefined || pods.length === 0) return { golden, shadow: [] };
  const shown = (context.serving?.pods ?? []).filter(isAsked).map(addressOf);
  const shadow = shown.map((pod, index) => ({
    about: 'shadow' as const,
    pod,
    request: {
      id: comparisonId(candidate),
      url: urlFor(context, pods, index),
      version: candidate.version,
      ...analysis.shadow,
    },
  }));
  return { golden, shadow };
}

/** One a proof: another operator that goes on with it goes on with the same comparison. */
export function comparisonId({ deployment, provenFrom }: PredictorState): string {
  return `${COMPARISON_PREFIX}${deployment.metadata.uid}.${provenFrom}`;
}

/**
 * How the candidate is compared with what serves; undefined where it is not. While nothing serves there is nobody to
 * compare with. The very version that serves, under another spec of its pods, has the same scores: its golden
 * predictions tell that, and an idle model could never change its resources otherwise.
 */
export function comparisonOf({ observed, serving, target }: RolloutContext): Analysis | undefined {
  if (serving === undefined || serving.version === target.version) return undefined;
  return analysisOf(observed.model);
}

/** All that is asked while a candidate is put to the proof: one that is compared no more is shown no more rows either. */
export function askedOf(context: RolloutContext, { golden, shadow }: ProofQuestions): Question[] {
  return [...golden, ...(comparisonOf(context) === undefined ? quiet(context.observed) : shadow)];
}

/**
 * While nobody is compared no pod shows anybody its rows, whatever an operator before, or a spec that asked for it, had it
 * told.
 */
export function quiet({ predictors }: ObservedModel): Question[] {
  return predictors.flatMap(({ pods }) =>
    pods.filter(isAsked).map((pod) => ({ about: 'unshadow' as const, pod: addressOf(pod), request: null })),
  );
}

/**
 * With an API key a quarter of what one caller may ask in a minute, of all pods together, so that a limit does not stand
 * in the way. None holds for the version's own key, which is shown where there is no other.
 */
function goldenRows({ observed }: RolloutContext, pods: number): number {
  const { apiKeySecretRef, rateLimitPerMinute } = observed.model.spec.serving.auth ?? {};
  if (apiKeySecretRef === undefined || rateLimitPerMinute === undefined) return MAX_GOLDEN_ROWS;
  return Math.min(MAX_GOLDEN_ROWS, Math.max(1, Math.floor(rateLimitPerMinute / 4 / pods)));
}

function isAsked({ ready, ip }: PredictorPod): boolean {
  return ready && ip !== '';
}

/** By the Service; where pods are processes of one machine nothing resolves its name, and each is asked by its address. */
function urlFor(
  { observed, podNetwork }: RolloutContext,
  pods: readonly PodAddress[],
  index: number,
): string {
  const pod = pods[index % pods.length];
  return pod !== undefined && isInNetwork(pod.ip, podNetwork)
    ? `${portOf(observed.model).name}://${pod.ip}:${PREDICT_PORT}`
    : candidateUrl(observed.model);
}

function addressOf({ uid, name, ip }: PredictorPod): PodAddress {
  return { uid, name, ip };
}
