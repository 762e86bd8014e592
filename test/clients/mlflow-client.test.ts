import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Manifest } from '@stockout/contracts';
import { type PredictorServer, serve } from '@stockout/predictor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildModelDirectory } from '../../pipeline/src/tracking/model-directory.ts';
import { VirtualEnvironment } from '../virtual-environment.ts';

const MODEL = new URL('../../predictor/fixtures/tiny/', import.meta.url);

type Answered = [status: number, predictions: number[] | null];

interface Answer {
  version: string;
  mlflow: string;
  frame: number[];
  shuffled: number[];
  records: number[];
  params: number[];
  refusal: string;
  ours: Answered[];
  theirs: Answered[];
}

let server: PredictorServer;
let manifest: Manifest;
let folder: string;
let answer: Answer;
/** Bodies that both servers are sent. */
let bodies: { name: string; type: string; body: string }[];

beforeAll(async () => {
  const python = await VirtualEnvironment.install(
    'venv-clients',
    new URL('requirements.txt', import.meta.url),
  );
  manifest = JSON.parse(await readFile(new URL('manifest.json', MODEL), 'utf8')) as Manifest;
  folder = await mkdtemp(join(tmpdir(), 'stockout-clients-'));
  await logModel(folder);
  const ports = { port: 0, adminPort: 0, grpcPort: 0 };
  server = await serve({
    model: MODEL.href,
    host: '127.0.0.1',
    ...ports,
    limits: { drainMs: 0 },
    log: () => {},
  });
  await server.ready;
  const names = manifest.features.map(({ name }) => name);
  const rows = manifest.golden.map(({ features }) => features);
  bodies = bodiesOf(names, rows);
  const { hostname: host, port } = new URL(server.url);
  const input = { host, port: Number(port), model: join(folder, 'model'), names, rows, bodies };
  answer = await python.ask<Answer>(new URL('mlflow_client.py', import.meta.url), input);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The version as MLflow is shown it. */
async function logModel(to: string): Promise<void> {
  const ubj = await readFile(new URL('model.ubj', MODEL));
  const source = { manifest, uri: MODEL.href, ubj, report: new Uint8Array(), log: undefined };
  for (const { name, bytes } of buildModelDirectory(source, 'a-run')) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await writeFile(join(to, name), bytes);
  }
}

function bodiesOf(names: string[], rows: (number | null)[][]): typeof bodies {
  const records = rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
  const columns = Object.fromEntries(names.map((name, index) => [name, rows.map((row) => row[index])]));
  const split = { columns: names, index: rows.map((_, index) => index), data: rows };
  const full = records[0] as object;
  const csv = [names, ...rows.map((row) => row.map((value) => value ?? ''))]
    .map((line) => `${line.join()}\n`)
    .join('');
  const json = Object.entries({
    split: { dataframe_split: split },
    'split with params': { dataframe_split: split, params: { top: 3 } },
    records: { dataframe_records: records },
    instances: { instances: records },
    columns: { inputs: columns },
    'records as inputs': { inputs: records },
    'one row': { inputs: full },
    'no format': { rows },
    'two formats': { instances: records, inputs: columns },
    'values without names': { instances: rows },
    'an array': records,
    'a column too few': {
      dataframe_split: { columns: names.slice(1), data: rows.map((row) => row.slice(1)) },
    },
    'a split without data': { dataframe_split: { columns: names } },
    'a split with more': { dataframe_split: { ...split, dtype: 'float' } },
    'records that are none': { dataframe_records: split },
    'a word': { dataframe_records: [{ ...full, price: 'dear' }] },
  }).map(([name, body]) => ({ name, type: 'application/json', body: JSON.stringify(body) }));
  return [
    ...json,
    { name: 'half a body', type: 'application/json', body: '{"inputs": ' },
    { name: 'CSV', type: 'text/csv; charset=utf-8', body: csv },
    { name: 'CSV without a column', type: 'text/csv', body: csv.replace('price', 'cost') },
    { name: 'another kind', type: 'text/plain', body: csv },
  ];
}

function expectGolden(scores: number[]): void {
  expect(scores).toHaveLength(manifest.golden.length);
  for (const [index, { score }] of manifest.golden.entries())
    expect(Math.abs((scores[index] as number) - score)).toBeLessThan(1e-6);
}

describe("MLflow's scoring client", () => {
  test('finds a server of its own release', () => {
    expect(answer.version).toBe(answer.mlflow);
  });

  test('gets the risk of each row of a frame, whatever the order of its columns', () => {
    for (const scores of [answer.frame, answer.shuffled, answer.records, answer.params]) expectGolden(scores);
  });

  test('is told which column is missing', () => {
    expect(answer.refusal).toContain('error code 422');
    expect(answer.refusal).toContain('price has no column');
  });
});

describe("MLflow's own server, of the model as it is logged,", () => {
  test('answers each body as ours does', () => {
    const scored = bodies.filter((_, index) => answer.theirs[index]![0] === 200).map(({ name }) => name);
    expect(scored).toEqual([
      'split',
      'split with params',
      'records',
      'instances',
      'columns',
      'records as inputs',
      'one row',
      'CSV',
    ]);
    for (const [index, { name }] of bodies.entries()) {
      const [[ours, mine], [theirs, predictions]] = [answer.ours[index]!, answer.theirs[index]!];
      expect([name, ours === 200]).toEqual([name, theirs === 200]);
      expect([name, mine?.length]).toEqual([name, predictions?.length]);
      for (const [row, score] of (mine ?? []).entries())
        expect(Math.abs(score - predictions![row]!), `${name}, row ${row}`).toBeLessThan(1e-6);
    }
  });
});
