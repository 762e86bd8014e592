import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Bins } from '../drift/bins.ts';
import { Explainer } from '../explain/explainer.ts';
import { RowReader } from '../features.ts';
import { giveWay } from '../give-way.ts';
import { explainable } from '../oip/explainable.ts';
import { infer } from '../oip/infer.ts';
import { openerOf } from '../oip/open.ts';
import { releaseMemory } from '../release-memory.ts';
import { summarise } from '../traffic-summary.ts';
import { batchFormat, scoreWhole } from './batch-format.ts';
import { type ExplainRows, explainRows, explainWhole } from './explain-batch.ts';
import { ExplainedLines } from './explained-lines.ts';
import { ownMemory } from './own-memory.ts';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './protocol.ts';
import { RowScorer } from './row-scorer.ts';
import type { BatchAnswer } from './score-batch.ts';
import { openPartScorer, type StreamScorer } from './stream-kind.ts';

type BatchRequest = Extract<WorkerRequest, { kind: 'batch' }>;
type PartRequest = Extract<WorkerRequest, { kind: 'part' }>;
type InferWork = Extract<WorkerRequest, { kind: 'infer' }>;

giveWay();
const setup = workerData as WorkerSetup;
const port = parentPort as MessagePort;
const reader = new RowReader(setup.features);
const width = setup.features.length;
const bins = new Bins(setup);
const scorer = new RowScorer(setup);
const explainer = new Explainer(setup.boosted, scorer.trees, setup);
/** Bodies of which some parts have come. */
const streams = new Map<number, StreamScorer>();
// One at a time, in order of arrival: what a batch holds in memory has a bound.
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
      send({ id: request.id, kind: 'matrix', scores: await scorer.compare(request.matrix, request.rows) });
      return;
    }
    if (request.kind === 'infer') {
      await handleInfer(request);
      return;
    }
    const started = performance.now();
    const answer = await (request.kind === 'part' ? scorePart(request) : scoreBody(request));
    const seconds = (performance.now() - started) / 1000;
    send({ id: request.id, kind: 'batch', answer, seconds }, transfersOf(answer));
  } catch (error) {
    send({ id: request.id, kind: 'failed', message: (error as Error).message });
  }
}

async function handleInfer({ id, body, explain }: InferWork): Promise<void> {
  const started = performance.now();
  const open = await openerOf(body, setup);
  const answer =
    explain > 0
      ? await infer(explainable(open, Math.min(explain, width)), setup, async (rows) =>
          explaining(explain)(rows),
        )
      : await infer(open, setup, async ({ matrix, count }) => ({ scores: await scoreRows(matrix, count) }));
  const seconds = (performance.now() - started) / 1000;
  if (answer.kind === 'refused') return send({ id, kind: 'infer', answer, seconds });
  const whole = ownMemory(answer.body);
  send({ id, kind: 'infer', answer: { ...answer, body: whole }, seconds }, [whole.buffer as ArrayBuffer]);
}

async function scorePart({ stream, format, body, last, explain }: PartRequest): Promise<BatchAnswer> {
  const opened = streams.get(stream) ?? (await openStream(format, explain));
  streams.set(stream, opened);
  const answer = await opened.next(bufferOf(body), last);
  releaseMemory(body);
  if (last || answer.kind !== 'scored') streams.delete(stream);
  return answer;
}

async function openStream(format: PartRequest['format'], explain: number): Promise<StreamScorer> {
  if (explain > 0) return new ExplainedLines(reader, explaining(explain), setup.threshold);
  return openPartScorer(format, reader, scoreRows, setup.threshold);
}

async function scoreBody({ body, format, explain }: BatchRequest): Promise<BatchAnswer> {
  const found = await batchFormat(format);
  if (explain > 0) {
    const listed = Math.min(explain, width);
    return explainWhole(found, bufferOf(body), reader, { explain: explaining(explain), listed, ...setup });
  }
  return scoreWhole(found, bufferOf(body), reader, scoreRows, setup.threshold);
}

/** @param top how many contributions of each row are listed */
function explaining(top: number): ExplainRows {
  return (rows) => {
    const explained = explainRows(rows, explainer, { top, width });
    tell(rows.matrix, explained.scores);
    return explained;
  };
}

async function scoreRows(matrix: Float32Array, count: number): Promise<Float32Array> {
  const scores = await scorer.score(matrix, count);
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
  await scorer.close();
  port.close();
}
