import type { Calibration, Feature, RawRows } from '@stockout/contracts';
import type { HistoryAnswer, Shown } from './score-history.ts';

/** What the worker starts with. */
export interface HistorySetup {
  raw: RawRows;
  features: readonly Feature[];
  horizonDays: number;
  threshold: number;
  calibration: Calibration | undefined;
  ubj: Uint8Array;
  /** `snapshot.parquet` of the version; an Extended one has it. */
  snapshot: Uint8Array | undefined;
  /** Rows of a request. */
  mostRows: number;
}

export interface HistoryRequest {
  id: number;
  /** JSON. */
  body: Uint8Array;
  shown: Shown;
}

export type HistoryReply =
  | { kind: 'ready' }
  | { id: number; kind: 'answer'; answer: HistoryAnswer | NotJson; seconds: number }
  | { id: number; kind: 'failed'; message: string };

export interface NotJson {
  kind: 'notJson';
  why: string;
  errors: { field: string; message: string }[];
}
