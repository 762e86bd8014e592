import type { Matrix } from './binding.ts';
import type { PredictionKind } from './booster.ts';
import type { MatrixForm } from './matrix-memory.ts';
import type { StagedLayout } from './staged-rows.ts';

/** Rows in memory with what they are: every array lies in shared memory, so that no thread copies it. */
export interface TrainingData extends Matrix {
  /** One per row, 0 or 1. */
  labels: Float32Array;
}

/** The same with the features in a file. */
export interface StagedTrainingData extends StagedLayout {
  labels: Float32Array;
}

/** What XGBoost learns from. */
export type TrainingRows = TrainingData | StagedTrainingData;

/** XGBoost's own parameter names and values as text, `eta: '0.08'` say. */
export type BoosterParams = Record<string, string>;

export interface TrainRequest {
  op: 'train';
  data: TrainingRows;
  featureNames: readonly string[];
  params: BoosterParams;
  rounds: number;
  /** Rows on which the log loss is followed, besides the training rows. */
  evaluation?: TrainingData | undefined;
  /** Rows in a file are never Dense. */
  form: MatrixForm;
  /** Every how many rounds the log loss is taken (it costs about a tenth of a round). */
  evaluateEvery: number;
  /** Ends the training once the log loss on `evaluation` has not improved for so many rounds. */
  earlyStoppingRounds?: number | undefined;
  /** One shared integer; anything but 0 ends the training after the round at hand. */
  stop: Int32Array;
}

export interface LoadRequest {
  op: 'load';
  model: Uint8Array;
  /** One per column, in place of what the model has. */
  featureNames?: readonly string[] | undefined;
  /** All after so many rounds are forgotten. */
  rounds?: number | undefined;
}

interface PredictRequest {
  op: 'predict';
  booster: number;
  matrix: Matrix;
  kind: PredictionKind;
}

interface ContributionsRequest {
  op: 'contributions';
  booster: number;
  matrix: Matrix;
}

interface SaveRequest {
  op: 'save';
  booster: number;
  format: 'ubj' | 'json';
}

interface FreeRequest {
  op: 'free';
  booster: number;
}

interface VersionRequest {
  op: 'version';
}

export type Request =
  | TrainRequest
  | LoadRequest
  | PredictRequest
  | ContributionsRequest
  | SaveRequest
  | FreeRequest
  | VersionRequest;

/** Log loss after a round. */
export interface CurvePoint {
  round: number;
  train: number;
  evaluation?: number;
}

export interface TrainReply {
  booster: number;
  columns: number;
  /** Total gain of the splits on each feature; a feature that no tree uses is absent. */
  importance: Record<string, number>;
  curve: CurvePoint[];
  /** How many rounds the model has: with early stopping, up to the one of the least log loss. */
  rounds: number;
}

export interface LoadReply {
  booster: number;
  columns: number;
}

export interface Replies {
  train: TrainReply;
  load: LoadReply;
  predict: Float32Array;
  /** rows x (columns + 1), the bias last. */
  contributions: Float32Array;
  save: Uint8Array;
  free: undefined;
  version: string;
}

/** From the worker: how far it is, an answer, or an error in words for people. */
export type Message =
  | { id: number; round: number }
  | { id: number; value: Replies[keyof Replies] }
  | { id: number; error: string };

/** The training was ended through its `stop` flag. */
export const STOPPED = 'stopped';
