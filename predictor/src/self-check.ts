import type { Feature } from '@stockout/contracts';
import type { BatchClient } from './batch/batch-client.ts';
import type { ComparedScores } from './batch/row-scorer.ts';
import type { Model } from './model.ts';
import { IntegrityError } from './version/integrity-error.ts';
import { WorkerLostError } from './worker-client.ts';

/** Largest difference between two scorers' probabilities of one row. */
const TOLERANCE = 1e-6;
const PROBES = 256;

/**
 * Holds all scorers that are used against the version's golden predictions (XGBoost's own), and against each other on rows
 * made up within the ranges seen in training, missing values among them.
 * @throws {IntegrityError} naming the first row and the scores that differ
 */
export async function selfCheck(model: Model, batches: BatchClient): Promise<void> {
  const { golden, features } = model.manifest;
  if (golden.length === 0)
    throw new IntegrityError('manifest.json holds no golden predictions to check the model with');
  const rows = [...golden.map((row) => row.features), ...probes(features)];
  const matrix = toMatrix(rows, features.length);
  const flat = model.trees.scoreAll(matrix, rows.length);
  const { onnx, blocks } = await compareScorers(batches, matrix, rows.length);
  checkGolden(model, matrix, flat, onnx);
  // Both are ours and of one file: they may not differ at all.
  for (const [index, score] of blocks?.entries() ?? [])
    compare(`row ${index} in a block`, score, flat[index] as number, "that row's alone", 0);
  for (const [index, score] of onnx?.subarray(golden.length).entries() ?? [])
    compare(`probe ${index} by model.onnx`, score, flat[golden.length + index] as number, "model.ubj's");
}

async function compareScorers(
  batches: BatchClient,
  matrix: Float32Array,
  rows: number,
): Promise<ComparedScores> {
  try {
    return await batches.compareScorers(matrix, rows);
  } catch (error) {
    if (error instanceof WorkerLostError) throw error;
    throw new IntegrityError(`model.onnx cannot be loaded: ${(error as Error).message}`);
  }
}

function checkGolden(
  model: Model,
  matrix: Float32Array,
  flat: Float32Array,
  onnx: ComparedScores['onnx'],
): void {
  for (const [index, { score, margin }] of model.manifest.golden.entries()) {
    const [where, whose] = [`golden prediction ${index}`, "manifest.json's"];
    compare(`${where} by model.ubj`, flat[index], score, whose);
    if (onnx !== undefined) compare(`${where} by model.onnx`, onnx[index], score, whose);
    const ours = model.trees.margin(matrix, index * model.width);
    compare(`the margin of ${where}`, ours, margin, whose, TOLERANCE * Math.max(1, Math.abs(margin)));
  }
}

function compare(
  what: string,
  found: number | undefined,
  expected: number,
  whose: string,
  by = TOLERANCE,
): void {
  // Written so that NaN fails.
  if (found !== undefined && Math.abs(found - expected) <= by) return;
  throw new IntegrityError(`${what} is ${found}, ${whose} is ${expected}: the files are not of one model`);
}

function toMatrix(rows: readonly (number | null)[][], width: number): Float32Array {
  const matrix = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) {
    if (row.length !== width) {
      throw new IntegrityError(
        `golden prediction ${index} has ${row.length} values, and the model ${width} features`,
      );
    }
    matrix.set(
      row.map((value) => value ?? Number.NaN),
      index * width,
    );
  }
  return matrix;
}

/** The same rows at every start: a fixed sequence (a linear congruential generator) spread over the ranges. */
function probes(features: readonly Feature[]): (number | null)[][] {
  let state = 42;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const value = ({ nullable, min, max }: Feature): number | null => {
    const [missing, place] = [next() < 0.1, next()];
    return (nullable && missing) || min === null || max === null ? null : min + place * (max - min);
  };
  return Array.from({ length: PROBES }, () => features.map(value));
}
