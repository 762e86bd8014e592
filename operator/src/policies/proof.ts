import { type Finding, REASON } from '../conditions.ts';
import { candidateServiceName } from '../resources/candidate-service.ts';
import { timestamp } from '../set-conditions.ts';
import type { PredictorState } from '../stockoutmodel/observed.ts';
import { type Analysis, faultsOf } from './analysis.ts';
import { comparisonId, comparisonOf, type ProofQuestions, provableByService } from './proof-questions.ts';
import type { RolloutContext } from './rollout-steps.ts';
import { addUp } from './shadow-figures.ts';

/** How long a pod may be silent at the end of a window before that counts as an answer. */
const SILENCE_MS = 30_000;

/** What is known of a candidate: it may serve, it must not, or it is too early to tell. */
export type Proof =
  | { is: 'passed' }
  | { is: 'refused'; finding: Finding }
  /** `ms` from now it has to be looked at again, though nothing may have changed. */
  | { is: 'open'; what: string; ms: number };

interface Judged extends RolloutContext {
  candidate: PredictorState;
  questions: ProofQuestions;
  /** Milliseconds since the proof began. */
  elapsed: number;
}

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

/** Its own golden predictions, by the Service. */
function golden(judged: Judged): Proof | undefined {
  const { observed, questions, candidate } = judged;
  if (!provableByService(judged)) return undefined;
  const service = candidateServiceName(observed.model.metadata.name);
  const answers = questions.golden.map((question) => {
    const answer = observed.answers.to(question);
    return { pod: question.pod.name, report: answer?.told.at(-1), error: answer?.failing?.error };
  });
  const wrong = answers.find(({ report }) => (report?.different ?? 0) > 0);
  if (wrong !== undefined) {
    const words = `${wrong.pod}: ${wrong.report?.message}`;
    return refused(
      REASON.analysisFailed,
      `it does not answer by the Service ${service} as it should: ${words}`,
    );
  }
  const missing = answers.find(({ report }) => !isReproduced(report));
  if (answers.length > 0 && missing === undefined) return undefined;
  const why = missing?.error ?? missing?.report?.message;
  const { progressDeadlineSeconds } = observed.model.spec.serving.rollout;
  const what = `its golden predictions are asked for by the Service ${service}`;
  const words = why === undefined ? what : `${what}: ${missing?.pod}: ${why}`;
  const left = progressDeadlineSeconds * 1000 - judged.elapsed;
  if (left > 0) return { is: 'open', what: words, ms: left };
  const silent =
    answers.length === 0 ? `none of its pods is ready${because(candidate)}` : (why ?? 'no answer');
  return refused(
    REASON.analysisFailed,
    `its golden predictions did not come back by the Service ${service}: ${silent}`,
  );
}

function isReproduced(report: { rows: number; reproduced: number } | undefined): boolean {
  return report !== undefined && report.rows > 0 && report.reproduced === report.rows;
}

/** What it makes of the requests that the serving pods show it. */
function compared(judged: Judged): Proof | undefined {
  const analysis = comparisonOf(judged);
  if (analysis === undefined) return undefined;
  const { durationSeconds, maxDurationSeconds, minRequests } = analysis.analysis;
  const { elapsed } = judged;
  const left = durationSeconds * 1000 - elapsed;
  if (left > 0)
    return { is: 'open', what: `it is shown requests until ${after(judged, durationSeconds)}`, ms: left };
  const silent = silence(judged, maxDurationSeconds * 1000);
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
function silence({ observed, questions, now, elapsed }: Judged, most: number): Proof | undefined {
  for (const question of questions.shadow) {
    const answer = observed.answers.to(question);
    if ((answer?.told.length ?? 0) > 0 && answer?.failing === undefined) continue;
    const { name } = question.pod;
    const error = answer?.failing?.error ?? 'it has not answered yet';
    const since = answer?.failing === undefined ? 0 : now.getTime() - answer.failing.since;
    if (since >= SILENCE_MS || elapsed >= most) {
      return refused(
        REASON.analysisFailed,
        `the serving pod ${name} does not tell how the candidate does: ${error}`,
      );
    }
    return { is: 'open', what: `the serving pod ${name} is asked how it does`, ms: SILENCE_MS - since };
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

function because({ trouble }: PredictorState): string {
  return trouble === undefined ? '' : `: ${trouble}`;
}

function after({ now, elapsed }: Judged, seconds: number): string {
  return timestamp(new Date(now.getTime() - elapsed + seconds * 1000));
}

function refused(reason: string, message: string): Proof {
  return { is: 'refused', finding: { reason, message } };
}
