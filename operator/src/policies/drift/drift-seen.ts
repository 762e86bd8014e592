import type { Answer, QuestionOf } from '../../predictors/question.ts';
import type { ObservedModel, PredictorState } from '../../stockoutmodel/observed.ts';
import { addUp, type ColumnIndex } from './drift-figures.ts';

/** A pod that told something counts with that, and one that has told nothing is waited for, while it is silent so long. */
const PATIENCE_MS = 180_000;
/** So many are named. */
const MOST_NAMED = 3;

/** What the pods of the version that serves say together. */
export type DriftSeen =
  /** They are asked, and nobody knows yet. */
  | { is: 'awaited' }
  /** Nothing can be told from what they say, or they say nothing. */
  | { is: 'untold'; why: string }
  | { is: 'alike' }
  /** The largest indices, in words. */
  | { is: 'moved'; figures: string };

/** What serves, and its pods: none where someone deleted them. */
export type AskedPredictor = Pick<PredictorState, 'version' | 'pods'>;

export function driftQuestions({ version, pods }: AskedPredictor): QuestionOf<'drift'>[] {
  return pods
    .filter(({ ready, ip }) => ready && ip !== '')
    .map(({ uid, name, ip }) => ({ about: 'drift', pod: { uid, name, ip }, request: { version } }));
}

/** @param bound an index above it counts */
export function seeDrift(
  { answers }: ObservedModel,
  serving: AskedPredictor,
  bound: number,
  now: Date,
): DriftSeen {
  const { version } = serving;
  const all = driftQuestions(serving).map((question) => answers.to(question));
  if (all.length === 0) return untold(`no pod of ${version} is ready`);
  if (all.some((answer) => isAwaited(answer, now))) return { is: 'awaited' };
  const told = all.filter((answer) => isPatient(answer, now)).flatMap((answer) => answer?.told ?? []);
  const [first] = told;
  if (first === undefined) return untold(`no pod of ${version} tells it: ${errorOf(all)}`);
  const { rows, indices } = addUp(first, told);
  if (rows < first.minRows) {
    return untold(`nothing can be told from fewer than ${first.minRows} rows, of all pods of ${version}`);
  }
  if (indices.length === 0) return untold(`${version} has no histograms of its training to compare with`);
  const above = indices.filter(({ psi }) => psi > bound);
  return above.length === 0 ? { is: 'alike' } : { is: 'moved', figures: inWords(above) };
}

type DriftAnswer = Answer<'drift'> | undefined;

function isAwaited(answer: DriftAnswer, now: Date): boolean {
  return (answer?.told.length ?? 0) === 0 && isPatient(answer, now);
}

function isPatient(answer: DriftAnswer, now: Date): boolean {
  const since = answer?.failing?.since ?? now.getTime();
  return now.getTime() - since < PATIENCE_MS;
}

function errorOf(all: readonly DriftAnswer[]): string {
  return all.find((answer) => answer?.failing !== undefined)?.failing?.error ?? 'no answer';
}

function untold(why: string): DriftSeen {
  return { is: 'untold', why };
}

/** @param indices the largest first */
function inWords(indices: readonly ColumnIndex[]): string {
  const named = indices.slice(0, MOST_NAMED).map(({ name, psi }) => `${name} ${psi.toFixed(2)}`);
  const others = indices.length - named.length;
  return others === 0 ? named.join(', ') : `${named.join(', ')} and ${others} more`;
}
