import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { SNAPSHOT_FILE, scoreOfMargin } from '@stockout/contracts';
import { type DuckDB, History, openDuckDB } from '@stockout/features';
import { Explainer } from '../explain/explainer.ts';
import { giveWay } from '../give-way.ts';
import { NotJsonError, parseJson } from '../parse-json.ts';
import { FlatTrees } from '../trees/flat-trees.ts';
import { parseUbj } from '../trees/parse-ubj.ts';
import type { HistoryReply, HistoryRequest, HistorySetup, NotJson } from './protocol.ts';
import { readHistory } from './read-history.ts';
import { type HistoryAnswer, scoreHistory, type Shown } from './score-history.ts';
import { isShortage } from './shortage.ts';

const MIB = 2 ** 20;
/** A quarter of what the process may use: scoring goes on beside it. What does not fit spills to the temporary folder. */
const MEMORY_BYTES = Math.min(256 * MIB, Math.floor((process.constrainedMemory() || Infinity) / 4));

giveWay();
const setup = workerData as HistorySetup;
const port = parentPort as MessagePort;
const parsed = parseUbj(setup.ubj);
const trees = new FlatTrees(parsed, scoreOfMargin(setup.calibration));
const scorer = {
  features: setup.features,
  trees,
  explainer: new Explainer(parsed, trees, setup),
  threshold: setup.threshold,
};
// One thread: single rows are scored on the other cores meanwhile.
const db = await openDuckDB({ threads: 1, memoryBytes: MEMORY_BYTES });
const history = await openHistory(db);
// One at a time, in order of arrival: they share the table of given rows.
let queue = Promise.resolve();

port.on('message', (request: HistoryRequest | 'close') => {
  queue = queue.then(() => (request === 'close' ? close() : handle(request)));
});
send({ kind: 'ready' });

async function openHistory(duckdb: DuckDB): Promise<History> {
  const { raw, features, horizonDays, snapshot } = setup;
  const request = {
    set: raw.set,
    columns: raw.columns.filter(({ history: past }) => past === undefined).map(({ name }) => name),
    covariates: raw.columns.flatMap(({ name, history: past }) =>
      past === undefined ? [] : [{ name, history: past }],
    ),
    horizonDays,
  };
  const names = features.map(({ name }) => name);
  if (snapshot === undefined) return History.open(duckdb, request, { features: names });
  const folder = await mkdtemp(join(tmpdir(), 'stockout-snapshot-'));
  try {
    const snapshotFile = join(folder, SNAPSHOT_FILE);
    await writeFile(snapshotFile, snapshot);
    return await History.open(duckdb, request, { features: names, snapshotFile });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function handle({ id, body, shown }: HistoryRequest): Promise<void> {
  try {
    const started = performance.now();
    const answer = await answerBody(body, shown);
    const seconds = (performance.now() - started) / 1000;
    send({ id, kind: 'answer', answer, seconds }, answer.kind === 'scored' ? [answer.json.buffer] : []);
  } catch (error) {
    // Unhandled, it ends this worker: its requests are answered 503, and the next one starts another.
    if (isShortage(error)) throw error;
    send({ id, kind: 'failed', message: (error as Error).message });
  }
}

async function answerBody(body: Uint8Array, shown: Shown): Promise<HistoryAnswer | NotJson> {
  let rows: unknown;
  try {
    rows = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    return { kind: 'notJson', why: error.message, errors: error.errors };
  }
  const given = readHistory(rows, setup.raw, setup.mostRows);
  return given.kind === 'wrong' ? given : scoreHistory(given, history, scorer, shown);
}

function send(reply: HistoryReply, transfers: ArrayBuffer[] = []): void {
  port.postMessage(reply, transfers);
}

async function close(): Promise<void> {
  await db[Symbol.asyncDispose]();
  port.close();
}
