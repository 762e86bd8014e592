import type { Manifest, ShadowRequest } from '@stockout/contracts';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { DriftTotals } from '../drift/drift.ts';
import type { Phase } from '../lifecycle.ts';
import type { ServeOptions } from '../options.ts';
import type { ShadowTotals } from '../shadow/shadow-totals.ts';

/** What can be sent of the options: a worker process has a log of its own, and is stopped by a message. */
export type WorkerOptions = Omit<ServeOptions, 'log' | 'signal'>;

/** What a process counts, as prom-client hands it on. */
export type Metrics = MetricObjectWithValues<MetricValue<string>>[];

/** The comparison that a worker process is to begin. */
export interface ShadowOrder {
  request: ShadowRequest;
  /** Of the candidate's /predict. */
  url: string;
  goldenKey: string | undefined;
}

/** What is asked of a worker process, by the kind of the question. */
export interface Questions {
  metrics: { ask: object; answer: Metrics };
  /** Of the metrics those that only grow. */
  counts: { ask: object; answer: Metrics };
  drift: { ask: object; answer: DriftTotals | undefined };
  shadow: { ask: object; answer: ShadowTotals | undefined };
  startShadow: { ask: ShadowOrder; answer: true };
  stopShadow: { ask: object; answer: true };
}

export type QuestionKind = keyof Questions;
export type Question<Kind extends QuestionKind = QuestionKind> = Kind extends QuestionKind
  ? { kind: Kind } & Questions[Kind]['ask']
  : never;

/** From the supervisor to a worker process. */
export type Order =
  | { kind: 'serve'; options: WorkerOptions }
  | { kind: 'ask'; id: number; question: Question }
  | { kind: 'stop' };

/** From a worker process to the supervisor. */
export type Report =
  | { kind: 'listening'; url: string; grpcAddress: string }
  /** It cannot listen, and ends. */
  | { kind: 'refused'; message: string }
  | { kind: 'standing'; phase: Phase; reason: string; manifest: Manifest | undefined }
  | { kind: 'answer'; id: number; answer: unknown };
