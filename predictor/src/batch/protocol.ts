import type { Calibration, Manifest } from '@stockout/contracts';
import type { InferAnswer, ServedModel } from '../oip/infer.ts';
import type { InferBody } from '../oip/open.ts';
import type { BatchFormatName } from './batch-format.ts';
import type { TrafficSummary } from '../traffic-summary.ts';
import type { BoostedTrees } from '../trees/parse-ubj.ts';
import type { ComparedScores } from './row-scorer.ts';
import type { BatchAnswer } from './score-batch.ts';
import type { StreamKind } from './stream-kind.ts';

/** What the worker starts with. */
export interface WorkerSetup extends ServedModel {
  calibration: Calibration | undefined;
  histograms: Manifest['histograms'];
  /** As they were read and checked: the worker needs no parser. */
  boosted: BoostedTrees;
  /** Undefined where nobody runs it. */
  onnx: Uint8Array | undefined;
  /** Threads of ONNX Runtime. */
  threads: number;
}

/** The next part of a body; the first opens its stream, the last or a refusal ends it. Only NDJSON is explained. */
interface PartRequest {
  id: number;
  kind: 'part';
  stream: number;
  format: StreamKind;
  body: Uint8Array;
  last: boolean;
  explain: number;
}

/** `explain` is how many contributions of each row are listed, the largest first: 0 for no explanation. */
export type WorkerRequest =
  | { id: number; kind: 'batch'; format: BatchFormatName; body: Uint8Array; explain: number }
  | { id: number; kind: 'infer'; body: InferBody; explain: number }
  | PartRequest
  /** Nothing more of that body is to come. */
  | { kind: 'forget'; stream: number }
  /** Rows as they are, scored by each scorer of batches: for the self-check. */
  | { id: number; kind: 'matrix'; matrix: Float32Array; rows: number };

export type WorkerReply =
  | { kind: 'ready' }
  /** Of rows that were scored, unasked. */
  | { kind: 'traffic'; summary: TrafficSummary }
  /** To a batch, explained or not, and to a part. */
  | { id: number; kind: 'batch'; answer: BatchAnswer; seconds: number }
  | { id: number; kind: 'infer'; answer: InferAnswer; seconds: number }
  | { id: number; kind: 'matrix'; scores: ComparedScores }
  | { id: number; kind: 'failed'; message: string };
