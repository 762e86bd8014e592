import { readFileSync } from 'node:fs';
import type { Manifest } from '@stockout/contracts';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { MODEL } from '../served-predictor.ts';

/** A request that is answered 200. */
export interface Call {
  port: 'public' | 'admin';
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

const manifest = JSON.parse(readFileSync(new URL('manifest.json', MODEL), 'utf8')) as Manifest;
export const NAMES = manifest.features.map(({ name }) => name);
const ROW = Object.fromEntries(manifest.features.map(({ name, example }) => [name, example]));
const VALUES = Object.values(ROW);
/** The path of the served model in the Open Inference Protocol. */
const V2 = `/v2/models/${manifest.model}`;
const V2_VERSION = `${V2}/versions/${manifest.version}`;

function post(path: string, type: string, body: string | Uint8Array, headers = {}): Call {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  return { port: 'public', method: 'POST', path, headers: { 'content-type': type, ...headers }, body: bytes };
}

const json = (path: string, body: unknown): Call => post(path, 'application/json', JSON.stringify(body));
const get = (path: string, port: Call['port'] = 'public'): Call => ({
  port,
  method: 'GET',
  path,
  headers: {},
  body: Buffer.alloc(0),
});

const CSV = `${NAMES.join()}\n${`${VALUES.join()}\n`.repeat(3)}`;
const NDJSON = `${JSON.stringify(ROW)}\n`.repeat(3);
const ARROW = tableToIPC(
  tableFromArrays(Object.fromEntries(NAMES.map((name, at) => [name, Float32Array.of(VALUES[at] ?? 0, 1)]))),
  'stream',
);

const BY_COLUMN = NAMES.map((name, at) => ({ name, shape: [1], datatype: 'FP32', data: [VALUES[at]] }));
const MATRIX = { name: 'rows', shape: [1, NAMES.length], datatype: 'FP32' };
const BINARY = {
  inputs: [{ ...MATRIX, parameters: { binary_data_size: 4 * NAMES.length } }],
  outputs: [{ name: 'stockout_risk_score', parameters: { binary_data: true } }],
};

function binaryInfer(): Call {
  const head = Buffer.from(JSON.stringify(BINARY));
  const data = Buffer.from(Float32Array.from(VALUES.map(Number)).buffer);
  const length = { 'inference-header-content-length': String(head.length) };
  return post(`${V2}/infer`, 'application/octet-stream', Buffer.concat([head, data]), length);
}

/** Scoring, of every route in every kind of body. */
export const SCORING: readonly Call[] = [
  json('/predict', ROW),
  json('/predict?explain=3', ROW),
  json('/predict/batch', [ROW, ROW]),
  json('/predict/batch?explain=true', [ROW, ROW]),
  post('/predict/batch', 'application/x-ndjson', NDJSON),
  post('/predict/batch?explain=2', 'application/x-ndjson', NDJSON),
  post('/predict/batch', 'text/csv', CSV),
  post('/predict/batch', 'application/vnd.apache.arrow.stream', ARROW),
  json('/invocations', { dataframe_split: { columns: NAMES, data: [VALUES] } }),
  json('/invocations', { dataframe_records: [ROW] }),
  json('/invocations?explain=true', { dataframe_records: [ROW] }),
  json('/invocations', { instances: [ROW] }),
  json('/invocations', { inputs: Object.fromEntries(NAMES.map((name, at) => [name, [VALUES[at]]])) }),
  post('/invocations', 'text/csv', CSV),
  json(`${V2}/infer`, { id: '1', inputs: BY_COLUMN }),
  json(`${V2}/infer?explain=3`, { inputs: BY_COLUMN }),
  json(`${V2_VERSION}/infer`, { inputs: [{ ...MATRIX, data: [VALUES] }] }),
  binaryInfer(),
];

const DAY = {
  store_id: 'S1',
  product_id: 'P1',
  price: 9.5,
  promo: 0,
  daily_sales: 10,
  inventory: 20,
  stockout: 0,
};

/** Takes a hundred times as long as the others: it starts DuckDB, and runs a query a request. */
export const HISTORY: readonly Call[] = [
  json('/predict/history', { rows: [1, 2, 3].map((day) => ({ ...DAY, date: `2025-03-0${day}` })) }),
  json('/predict/history?features=true&explain=2', [{ ...DAY, date: '2025-03-08' }]),
];

/** What is read: pages, documents, health. */
export const READING: readonly Call[] = [
  ...['/', '/docs', '/docs/swagger-ui.css', '/openapi.json', '/health', '/livez', '/readyz'].map((path) =>
    get(path),
  ),
  ...['/ping', '/version', '/v2', '/v2/health/live', '/v2/health/ready'].map((path) => get(path)),
  ...[V2, `${V2}/ready`, V2_VERSION, `${V2_VERSION}/ready`].map((path) => get(path)),
  ...['/metrics', '/drift', '/shadow', '/livez', '/readyz', '/health'].map((path) => get(path, 'admin')),
];

/** Refused by the candidate's name, after it was read. */
export const SHADOW: Call = {
  ...json('/shadow', { id: 'a', url: 'http://elsewhere.example', version: 'v2', percent: 10, replay: 5 }),
  port: 'admin',
  method: 'PUT',
};
