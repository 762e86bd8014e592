import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Manifest } from '@stockout/contracts';
import { type PredictorServer, serve } from '@stockout/predictor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualEnvironment } from '../virtual-environment.ts';

const MODEL = new URL('../../predictor/fixtures/tiny/', import.meta.url);
const KEY = 'of-the-test';
/** Of the golden rows: some megabytes, which take many parts. */
const COPIES = 2_000;

interface Scored {
  rows: number;
  scores: number[];
  labels: number[];
  last: number;
}

interface Answer {
  schema: string;
  batches: number;
  arrow: Scored;
  float32: Scored;
  csv: Scored;
  ndjson: Scored;
}

let server: PredictorServer;
let manifest: Manifest;
let names: string[];
beforeAll(async () => {
  manifest = JSON.parse(await readFile(new URL('manifest.json', MODEL), 'utf8')) as Manifest;
  names = manifest.features.map(({ name }) => name);
  const ports = { port: 0, adminPort: 0, grpcPort: 0 };
  const options = { apiKeys: [KEY], limits: { drainMs: 0 }, log: () => {} };
  server = await serve({ model: MODEL.href, host: '127.0.0.1', ...ports, ...options });
  await server.ready;
});
afterAll(() => server.stop());

function expectGolden({ rows, scores, labels, last }: Scored): void {
  const { golden, threshold } = manifest;
  expect(rows).toBe(golden.length * COPIES);
  for (const [index, { score }] of golden.entries()) {
    expect(Math.abs((scores[index] as number) - score)).toBeLessThan(1e-6);
    expect(labels[index]).toBe(score >= threshold.value ? 1 : 0);
  }
  expect(last).toBe(scores.at(-1));
}

describe('pyarrow, pandas and requests', () => {
  test('score tables of every kind, and read the answers', async () => {
    const python = await VirtualEnvironment.install(
      'venv-clients',
      new URL('requirements.txt', import.meta.url),
    );
    const rows = manifest.golden.map(({ features }) => features);
    const input = { url: server.url, key: KEY, names, rows, copies: COPIES };
    const answer = await python.ask<Answer>(new URL('arrow_client.py', import.meta.url), input);
    expect(answer.schema).toMatch(/^stockout_risk_score: float[^]*\nstockout_risk_label: int8/);
    expect(answer.batches).toBeGreaterThan(1);
    for (const scored of [answer.arrow, answer.float32, answer.csv, answer.ndjson]) expectGolden(scored);
  });
});

/** Sends lines as they are made, and counts those that come back. */
async function curl(lines: Iterable<string>, type: string): Promise<{ code: number | null; stdout: string }> {
  const headers = ['-H', `Content-Type: ${type}`, '-H', `X-API-Key: ${KEY}`];
  const child = spawn('curl', ['-sS', '-X', 'POST', '-T', '-', ...headers, `${server.url}/predict/batch`]);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  // It stops reading when the answer is broken off.
  child.stdin.on('error', () => {});
  Readable.from(lines).pipe(child.stdin);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout };
}

function* csv(copies: number, further = ''): Generator<string, void> {
  yield `${names.join()}\n`;
  const line = `${manifest.golden[0]!.features.map((value) => value ?? '').join()}\n`;
  for (let copy = 0; copy < copies; copy++) yield line.repeat(1_000);
  yield further;
}

describe('curl', () => {
  test('scores CSV while it is written', async () => {
    const { code, stdout } = await curl(csv(40), 'text/csv');
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length]).toEqual([0, 40_001]);
    expect(new Set(lines.slice(1)).size).toBe(1);
  });

  test('fails, and prints why, when a row is wrong after the answer has begun', async () => {
    const { code, stdout } = await curl(csv(40, `${'x,'.repeat(names.length - 1)}1\n`), 'text/csv');
    // CURLE_PARTIAL_FILE: the answer has no end.
    expect(code).toBe(18);
    expect(stdout.split('\n').at(-2)).toContain(
      '"field":"[40000].price","message":"must be a number, not \\"x\\""',
    );
  });
});
