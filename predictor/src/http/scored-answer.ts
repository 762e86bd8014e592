import type { BatchAnswer } from '../batch/score-batch.ts';
import { WorkerLostError } from '../worker-client.ts';
import { notJson, unavailable, unreadable, wrongFields } from './problem.ts';

type Scored = Extract<BatchAnswer, { kind: 'scored' }>;

/** @throws {ProblemError} when the rows were refused */
export function expectScored(answer: BatchAnswer): Scored {
  if (answer.kind === 'notJson') throw notJson(answer.why, answer.errors);
  if (answer.kind === 'unreadable') throw unreadable(answer.what, answer.why);
  if (answer.kind === 'wrong') throw wrongFields(answer.errors);
  return answer;
}

export function explainLoss(error: unknown): never {
  if (!(error instanceof WorkerLostError)) throw error;
  throw unavailable('the batch was lost: send it again', 1);
}
