import type { BatchAnswer } from '../batch/score-batch.ts';
import { notJson, unreadable, wrongFields } from './problem.ts';

type Scored = Extract<BatchAnswer, { kind: 'scored' }>;

/** @throws {ProblemError} when the rows were refused */
export function expectScored(answer: BatchAnswer): Scored {
  if (answer.kind === 'notJson') throw notJson(answer.why, answer.errors);
  if (answer.kind === 'unreadable') throw unreadable(answer.what, answer.why);
  if (answer.kind === 'wrong') throw wrongFields(answer.errors);
  return answer;
}
