import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { scoreOfMargin } from '@stockout/contracts';
import { RowReader } from '../features.ts';
import { infer } from '../oip/infer.ts';
import { openerOf } from '../oip/open.ts';
import { FlatTrees } from '../trees/flat-trees.ts';
import { parseUbj } from '../trees/parse-ubj.ts';
import { OnnxScorer } from './onnx-scorer.ts';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './protocol.ts';
import { type BatchAnswer, readBatch, renderBatch } from './score-batch.ts';

/** From so many rows on ONNX Runtime is faster than the flat trees (measured: bench/scorers.ts). */
const ONNX_FROM_ROWS = 100;

const setup = workerData as WorkerSetup;
const port = parentPort as MessagePort;
const reader = new RowReader(setup.features);
const width = setup.features.length;
const trees = new FlatTrees(parseUbj(setup.ubj), scoreOfMargin(setup.calibration));
const onnx = await OnnxScorer.create(setup.onnx, width);
// One at a time, in order of arrival: a batch already uses every core.
let queue = Promise.resolve();

port.on('message', (request: WorkerRequest | 'close') => {
  queue = queue.then(() => (request === 'close' ? close() : handle(request)));
});
send({ kind: 'ready' });

async function handle(request: WorkerRequest): Promise<void> {
  try {
    if (request.kind === 'matrix') {
      const scores = await onnx.score(request.matrix, request.rows);
      send({ id: request.id, kind: 'matrix', scores }, [scores.buffer as ArrayBuffer]);
      return;
    }
    const started = performance.now();
    if (request.kind === 'infer') {
      const open = await openerOf(request.body, setup);
      const answer = await infer(open, setup, ({ matrix, count }) => scoreRows(matrix, count));
      const seconds = (performance.now() - started) / 1000;
      const transfers = answer.kind === 'inferred' ? [answer.body.buffer as ArrayBuffer] : [];
      send({ id: request.id, kind: 'infer', answer, seconds }, transfers);
      return;
    }
    const answer = await scoreBody(request.body);
    const seconds = (performance.now() - started) / 1000;
    send({ id: request.id, kind: 'batch', answer, seconds }, transfersOf(answer));
  } catch (error) {
    send({ id: request.id, kind: 'failed', message: (error as Error).message });
  }
}

async function scoreBody(body: Uint8Array): Promise<BatchAnswer> {
  const rows = readBatch(Buffer.from(body.buffer, body.byteOffset, body.byteLength), reader, width);
  if (rows.kind !== 'rows') return rows;
  const { matrix, count } = rows;
  return renderBatch(await scoreRows(matrix, count), setup.threshold);
}

async function scoreRows(matrix: Float32Array, count: number): Promise<Float32Array> {
  return count < ONNX_FROM_ROWS ? trees.scoreAll(matrix, count) : await onnx.score(matrix, count);
}

function transfersOf(answer: BatchAnswer): ArrayBuffer[] {
  return answer.kind === 'scored' ? [answer.json.buffer as ArrayBuffer] : [];
}

function send(reply: WorkerReply, transfers: ArrayBuffer[] = []): void {
  port.postMessage(reply, transfers);
}

async function close(): Promise<void> {
  await onnx.close();
  port.close();
}
