import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { scoreOfMargin } from '@stockout/contracts/probability';
import { Bins } from '../drift/bins.ts';
import { Explainer } from '../explain/explainer.ts';
import { RowReader } from '../features.ts';
import { infer } from '../oip/infer.ts';
import { openerOf } from '../oip/open.ts';
import { releaseMemory } from '../release-memory.ts';
import { summarise } from '../traffic-summary.ts';
import { FlatTrees } from '../trees/flat-trees.ts';
import { batchFormat, scoreWhole } from './batch-format.ts';
import { explainBatch } from './explain-batch.ts';
import { OnnxScorer } from './onnx-scorer.ts';
import type { PartScorer } from './part-scorer.ts';
import { ownMemory } from './own-memory.ts';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './protocol.ts';
import { type BatchAnswer, readBatch } from './score-batch.ts';
import { openPartScorer } from './stream-kind.ts';

type BatchRequest = Extract<WorkerRequest, { kind: 'batch' }>;
type ExplainRequest = Extract<WorkerRequest, { kind: 'explain' }>;
type PartRequest = Extract<WorkerRequest, { kind: 'part' }>;
type InferWork = Extract<WorkerRequest, { kind: 'infer' }>;

/** From so many rows on ONNX Runtime is faster than the flat trees (measured: bench/scorers.ts). */
const ONNX_FROM_ROWS = 100;

const setup = workerData as WorkerSetup;
const port = parentPort as MessagePort;
const reader = new RowReader(setup.features);
const width = setup.features.length;
const bins = new Bins(setup);
const trees = new FlatTrees(setup.boosted, scoreOfMargin(setup.calibration));
const explainer = new Explainer(setup.boosted, trees, setup);
const onnx = await OnnxScorer.create(setup.onnx, width, setup.threads);
/** Bodies of which some parts have come. */
const streams = new Map<number, PartScorer>();
// One at a time, in order of arrival: a batch already uses every core.
let queue = Promise.resolve();

port.on('message', (request: WorkerRequest | 'close') => {
  queue = queue.then(() => (request === 'close' ? close() : handle(request)));
});
send({ kind: 'ready' });

async function handle(request: WorkerRequest): Promise<void> {
  if (request.kind === 'forget') {
    streams.delete(request.stream);
    return;
  }
  try {
    if (request.kind === 'matrix') {
      const scores = await onnx.score(request.matrix, request.rows);
      send({ id: request.id, kind: 'matrix', scores }, [scores.buffer as ArrayBuffer]);
      return;
    }
    if (request.kind === 'infer') {
      await handleInfer(request);
      return;
    }
    const started = performance.now();
    const answer = await answerTo(request);
    const seconds = (performance.now() - started) / 1000;
    send({ id: request.id, kind: 'batch', answer, seconds }, transfersOf(answer));
  } catch (error) {
    send({ id: request.id, kind: 'failed', message: (error as Error).message });
  }
}

async function handleInfer({ id, body }: InferWork): Promise<void> {
  const started = performance.now();
  const open = await openerOf(body, setup);
  const answer = await infer(open, setup, ({ matrix, count }) => scoreRows(matrix, count));
  const seconds = (performance.now() - started) / 1000;
  if (answer.kind === 'refused') return send({ id, kind: 'infer', answer, seconds });
  const whole = ownMemory(answer.body);
  send({ id, kind: 'infer', answer: { ...answer, body: whole }, seconds }, [whole.buffer as ArrayBuffer]);
}

async function scorePart({ stream, format, body, last }: PartRequest): Promise<BatchAnswer> {
  const scorer = streams.get(stream) ?? (await openPartScorer(format, reader, scoreRows, setup.threshold));
  streams.set(stream, scorer);
  const answer = await scorer.next(bufferOf(body), last);
  releaseMemory(body);
  if (last || answer.kind !== 'scored') streams.delete(stream);
  return answer;
}

function explainBody({ body, top }: ExplainRequest): BatchAnswer {
  const rows = readBatch(bufferOf(body), reader);
  if (rows.kind !== 'rows') return rows;
  const { features, threshold } = setup;
  tell(rows.matrix, trees.scoreAll(rows.matrix, rows.count));
  return explainBatch(rows, explainer, { top, width: features.length, threshold });
}

async function answerTo(request: PartRequest | ExplainRequest | BatchRequest): Promise<BatchAnswer> {
  if (request.kind === 'part') return scorePart(request);
  return request.kind === 'explain' ? explainBody(request) : scoreBody(request);
}

async function scoreBody({ body, format }: BatchRequest): Promise<BatchAnswer> {
  return scoreWhole(await batchFormat(format), bufferOf(body), reader, scoreRows, setup.threshold);
}

async function scoreRows(matrix: Float32Array, count: number): Promise<Float32Array> {
  const scores = count < ONNX_FROM_ROWS ? trees.scoreAll(matrix, count) : await onnx.score(matrix, count);
  tell(matrix, scores);
  return scores;
}

/** At once, for the matrix may be written again. */
function tell(matrix: Float32Array, scores: Float32Array): void {
  send({ kind: 'traffic', summary: summarise(bins, matrix, scores) });
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function transfersOf(answer: BatchAnswer): ArrayBuffer[] {
  return answer.kind === 'scored' ? [answer.body.buffer as ArrayBuffer] : [];
}

function send(reply: WorkerReply, transfers: ArrayBuffer[] = []): void {
  port.postMessage(reply, transfers);
}

async function close(): Promise<void> {
  await onnx.close();
  port.close();
}
