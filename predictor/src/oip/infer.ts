import type { Feature } from '@stockout/contracts';
import { labelOf } from '../batch/score-batch.ts';
import { SCORE_BOUNDS, type ScoreSummary } from '../metrics/score-summary.ts';
import { Tally } from '../metrics/tally-histogram.ts';
import { InferenceError } from './inference-error.ts';
import type { Rows } from './read-matrix.ts';

/** What the protocol has to know of the version that is served. */
export interface ServedModel {
  readonly model: string;
  readonly version: string;
  readonly features: readonly Feature[];
  /** From which score on a row is labelled 1. */
  readonly threshold: number;
}

/** A request that was read: the rows to score, and how its answer is written. */
export interface Opened {
  rows: Rows;
  write(predictions: Predictions): Written;
}

/** What the rows were given, in their order. */
export interface Scored {
  scores: Float32Array;
  /** Of each row, as JSON; undefined where nobody asked. */
  explanations?: Uint8Array[];
}

export interface Predictions extends Scored {
  labels: Int32Array;
}

export interface Written {
  body: Uint8Array;
  /** Bytes of the JSON, where binary data follows it. */
  headerLength: number | undefined;
}

/** What becomes of a request: an answer in its own protocol, or why there is none. */
export type InferAnswer = ({ kind: 'inferred'; summary: ScoreSummary } & Written) | Refused;

interface Refused {
  kind: 'refused';
  status: 400 | 404;
  message: string;
}

/** Has the rows of a request scored, here and now. */
export function inferInline(
  open: () => Opened,
  { threshold }: ServedModel,
  score: (rows: Rows) => Float32Array,
): InferAnswer {
  const opened = refusing(open);
  return 'kind' in opened ? opened : answerOf(opened, { scores: score(opened.rows) }, threshold);
}

/** Has the rows of a request scored elsewhere. */
export async function infer(
  open: () => Opened,
  { threshold }: ServedModel,
  score: (rows: Rows) => Promise<Scored>,
): Promise<InferAnswer> {
  const opened = refusing(open);
  return 'kind' in opened ? opened : answerOf(opened, await score(opened.rows), threshold);
}

function answerOf(opened: Opened, scored: Scored, threshold: number): InferAnswer {
  const { scores } = scored;
  const tally = new Tally(SCORE_BOUNDS);
  const labels = new Int32Array(scores.length);
  let atRisk = 0;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    const label = labelOf(score, threshold);
    labels[row] = label;
    atRisk += label;
    tally.observe(score);
  }
  const summary = { rows: scores.length, atRisk, ...tally.snapshot() };
  return { kind: 'inferred', ...opened.write({ ...scored, labels }), summary };
}

function refusing(open: () => Opened): Opened | Refused {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof InferenceError)) throw error;
    return { kind: 'refused', status: error.status, message: error.message };
  }
}

/** @throws {InferenceError} 404, unless it is the model that is served, in its version or any (an empty one) */
export function checkName(
  model: string,
  version: string,
  served: Pick<ServedModel, 'model' | 'version'>,
): void {
  if (model !== served.model) {
    throw new InferenceError(
      `there is no such model here: it is ${served.model}, version ${served.version}`,
      404,
    );
  }
  if (version !== '' && version !== served.version) {
    throw new InferenceError(`${served.model} is served in version ${served.version} only`, 404);
  }
}
