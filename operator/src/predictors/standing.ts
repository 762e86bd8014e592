import type { PredictorPod } from '../stockoutmodel/predictor-pods.ts';
import type { Answers, Question, QuestionOf } from './question.ts';

/**
 * A predictor that can never serve its version stays up to say why, and so does one that waits for its storage or a
 * Secret. No probe passes that on: the pods are asked.
 * @param pods of one color
 */
export function standingQuestions(pods: readonly PredictorPod[]): Question[] {
  return unready(pods).map(questionTo);
}

/** What the first of them says, in the order of their names; undefined while none has said anything. */
export function standingOf(pods: readonly PredictorPod[], answers: Answers): string | undefined {
  return unready(pods)
    .map((pod) => answers.to(questionTo(pod))?.told.at(-1))
    .find((why) => why !== undefined && why !== '');
}

function unready(pods: readonly PredictorPod[]): PredictorPod[] {
  return pods.filter(({ running, ready, ip }) => running && !ready && ip !== '');
}

function questionTo({ uid, name, ip }: PredictorPod): QuestionOf<'standing'> {
  return { about: 'standing', pod: { uid, name, ip }, request: null };
}
