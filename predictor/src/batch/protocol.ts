import type { Calibration } from '@stockout/contracts';
import type { InferAnswer, ServedModel } from '../oip/infer.ts';
import type { InferBody } from '../oip/open.ts';
import type { BatchAnswer } from './score-batch.ts';

/** What the worker starts with. */
export interface WorkerSetup extends ServedModel {
  calibration: Calibration | undefined;
  ubj: Uint8Array;
  onnx: Uint8Array;
}

export type WorkerRequest =
  | { id: number; kind: 'batch'; body: Uint8Array }
  | { id: number; kind: 'infer'; body: InferBody }
  /** Rows as they are, scored by ONNX Runtime whatever their number: for the self-check. */
  | { id: number; kind: 'matrix'; matrix: Float32Array; rows: number };

export type WorkerReply =
  | { kind: 'ready' }
  | { id: number; kind: 'batch'; answer: BatchAnswer; seconds: number }
  | { id: number; kind: 'infer'; answer: InferAnswer; seconds: number }
  | { id: number; kind: 'matrix'; scores: Float32Array }
  | { id: number; kind: 'failed'; message: string };
