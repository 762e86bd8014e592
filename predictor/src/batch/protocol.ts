import type { Calibration, Manifest } from '@stockout/contracts';
import type { InferAnswer, ServedModel } from '../oip/infer.ts';
import type { InferBody } from '../oip/open.ts';
import type { BatchFormatName } from './batch-format.ts';
import type { TrafficSummary } from '../traffic-summary.ts';
import type { BoostedTrees } from '../trees/parse-ubj.ts';
import type { BatchAnswer } from './score-batch.ts';
import type { StreamKind } from './stream-kind.ts';

/** What the worker starts with. */
export interface WorkerSetup extends ServedModel {
  calibration: Calibration | undefined;
  histograms: Manifest['histograms'];
  /** As they were read and checked: the worker needs no parser. */
  boosted: BoostedTrees;
  onnx: Uint8Array;
  /** Threads that compute for one batch. */
  threads: number;
}

export type WorkerRequest =
  | { id: number; kind: 'batch'; format: BatchFormatName; body: Uint8Array }
  /** A JSON array of rows, of each of which the `top` largest contributions are listed. */
  | { id: number; kind: 'explain'; top: number; body: Uint8Array }
  | { id: number; kind: 'infer'; body: InferBody }
  /** The next part of a body; the first opens its stream, the last or a refusal ends it. */
  | { id: number; kind: 'part'; stream: number; format: StreamKind; body: Uint8Array; last: boolean }
  /** Nothing more of that body is to come. */
  | { kind: 'forget'; stream: number }
  /** Rows as they are, scored by ONNX Runtime whatever their number: for the self-check. */
  | { id: number; kind: 'matrix'; matrix: Float32Array; rows: number };

export type WorkerReply =
  | { kind: 'ready' }
  /** Of rows that were scored, unasked. */
  | { kind: 'traffic'; summary: TrafficSummary }
  /** To a batch, explained or not, and to a part. */
  | { id: number; kind: 'batch'; answer: BatchAnswer; seconds: number }
  | { id: number; kind: 'infer'; answer: InferAnswer; seconds: number }
  | { id: number; kind: 'matrix'; scores: Float32Array }
  | { id: number; kind: 'failed'; message: string };
