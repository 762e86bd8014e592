import { REASON } from '../../conditions.ts';
import { timestamp } from '../../set-conditions.ts';
import type { PredictorState } from '../../stockoutmodel/observed.ts';
import { type Analysis, faultsOf } from './analysis.ts';
import { golden } from './golden-proof.ts';
import { because, type Judged, patience, type Proof, refused } from './judged.ts';
import { comparisonId, comparisonOf, type ProofQuestions } from './proof-questions.ts';
import type { RolloutContext } from './rollout-steps.ts';
import { addUp } from './shadow-figures.ts';

/** The first that has something to say; each says nothing only when all is well as far as it can see. */
export function judgeProof(
  context: RolloutContext,
  candidate: PredictorState,
  questions: ProofQuestions,
): Proof {
  const elapsed = context.now.getTime() - Date.parse(candidate.provenFrom ?? '');
  if (Number.isNaN(elapsed)) throw new RangeError('the proof of a candidate has not begun');
  const judged = { ...context, candidate, questions, elapsed };
  return crashed(judged) ?? golden(judged) ?? compared(judged) ?? allReady(judged) ?? { is: 'passed' };
}

function crashed({ candidate, now, elapsed }: Judged): Proof | undefined {
  const began = now.getTime() - elapsed;
  const pod = candidate.pods.find(({ endedAt }) => endedAt !== undefined && endedAt >= began);
  return (
    pod &&
    refused(REASON.analysisFailed, `its pod ${pod.name} ended while it was put to the proof: ${pod.ending}`)
  );
}

/** What it makes of the requests that the serving pods show it. */
function compared(judged: Judged): Proof | undefined {
  const analysis = comparisonOf(judged);
  if (analysis === undefined) return undefined;
  const { durationSeconds, minRequests } = analysis.analysis;
  const { elapsed } = judged;
  const left = durationSeconds * 1000 - elapsed;
  if (left > 0)
    return { is: 'open', what: `it is shown requests until ${after(judged, durationSeconds)}`, ms: left };
  const silent = silence(judged) ?? unanswered(judged);
  if (silent !== undefined) return silent;
  const figures = addUp(comparisonsOf(judged));
  if (figures.requests < minRequests) return tooFew(judged, analysis, figures.requests);
  const faults = faultsOf(figures, analysis);
  return faults === undefined ? undefined : refused(REASON.analysisFailed, faults);
}

function comparisonsOf({ observed, candidate }: Judged) {
  return observed.answers.comparisons(comparisonId(candidate));
}

/** No answer is no good answer: each pod that serves has to tell what it saw. */
function silence(judged: Judged): Proof | undefined {
  const { observed, questions } = judged;
  for (const question of questions.shadow) {
    const answer = observed.answers.to(question);
    if ((answer?.told.length ?? 0) > 0 && answer?.failing === undefined) continue;
    const { name } = question.pod;
    const ms = patience(judged, answer?.failing?.since ?? answer?.askedSince);
    if (ms > 0) return { is: 'open', what: `the serving pod ${name} is asked how it does`, ms };
    const error = answer?.failing?.error ?? 'it has not answered yet';
    return refused(
      REASON.analysisFailed,
      `the serving pod ${name} does not tell how the candidate does: ${error}`,
    );
  }
  return undefined;
}

/** Pods that get no answer ask ever less often: the share of errors does not show that the candidate is gone. */
function unanswered(judged: Judged): Proof | undefined {
  const { observed, questions } = judged;
  for (const question of questions.shadow) {
    const since = observed.answers.to(question)?.candidateSilentSince;
    if (since === undefined) continue;
    const { name } = question.pod;
    const ms = patience(judged, since);
    if (ms > 0) return { is: 'open', what: `the serving pod ${name} gets no answer from it`, ms };
    const what = `the requests that the serving pod ${name} shows it`;
    return refused(REASON.analysisFailed, `it does not answer ${what} any more`);
  }
  return undefined;
}

function tooFew(judged: Judged, { analysis, shadow }: Analysis, requests: number): Proof {
  const { maxDurationSeconds, minRequests } = analysis;
  const left = maxDurationSeconds * 1000 - judged.elapsed;
  if (left > 0) {
    const what = `fewer than ${minRequests} requests so far: it is shown more until ${after(judged, maxDurationSeconds)}`;
    return { is: 'open', what, ms: left };
  }
  const words = `${requests} requests within ${maxDurationSeconds} s are too few to judge by, analysis.minRequests is ${minRequests}`;
  return refused(REASON.inconclusive, `${words} (shadow.percent is ${shadow.percent})`);
}

function allReady({ candidate, observed, elapsed }: Judged): Proof | undefined {
  if (candidate.ready) return undefined;
  const { analysis, progressDeadlineSeconds } = observed.model.spec.serving.rollout;
  const most = Math.max(analysis?.maxDurationSeconds ?? 0, progressDeadlineSeconds) * 1000;
  const words = `${candidate.readyReplicas} of ${candidate.deployment.spec.replicas} pods are ready${because(candidate)}`;
  if (elapsed < most) return { is: 'open', what: words, ms: most - elapsed };
  return refused(REASON.analysisFailed, words);
}

function after({ now, elapsed }: Judged, seconds: number): string {
  return timestamp(new Date(now.getTime() - elapsed + seconds * 1000));
}
