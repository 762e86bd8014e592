import { readFile } from 'node:fs/promises';
import type { Manifest, Prediction } from '@stockout/contracts';
import { type PredictorServer, serve } from '@stockout/predictor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualEnvironment } from '../virtual-environment.ts';

const MODEL = new URL('../../predictor/fixtures/tiny', import.meta.url);
const KEY = 'of-the-test';

/** Scores and labels, by the form in which the rows were sent. */
type Scored = Record<string, [scores: number[], labels: number[]]>;

interface Answer {
  live: boolean;
  ready: boolean;
  modelReady: unknown;
  scored: Scored;
  refused: [status: unknown, message: string][];
}

interface JsonAnswer extends Answer {
  /** Which rows have a value for each feature: JSON has no NaN. */
  complete: boolean[];
  scoredComplete: Scored;
}

/** Of each row with ?explain=2, by the form of the answer. */
type Explained = Record<'binary' | 'JSON', Prediction['explanation'][]>;

let python: VirtualEnvironment;
let server: PredictorServer;
let manifest: Manifest;
beforeAll(async () => {
  python = await VirtualEnvironment.install('venv-clients', new URL('requirements.txt', import.meta.url));
  manifest = JSON.parse(await readFile(new URL('tiny/manifest.json', MODEL), 'utf8')) as Manifest;
  const ports = { port: 0, adminPort: 0, grpcPort: 0 };
  server = await serve({
    model: MODEL.href,
    host: '127.0.0.1',
    ...ports,
    apiKeys: [KEY],
    limits: { drainMs: 0 },
    log: () => {},
  });
  await server.ready;
});
afterAll(() => server.stop());

/** A program's answer about the golden rows. */
async function ask<T>(program: string, address: string): Promise<T> {
  const { model, version, features, golden } = manifest;
  const names = features.map(({ name }) => name);
  const rows = golden.map((row) => row.features);
  const input = { address, url: server.url, key: KEY, model, version, names, rows };
  return python.ask<T>(new URL(program, import.meta.url), input);
}

function expectGolden(scored: Scored, chosen: readonly boolean[] = []): void {
  const { golden, threshold } = manifest;
  const expected = golden.filter((_, index) => chosen[index] ?? true).map(({ score }) => score);
  expect(expected.length).toBeGreaterThan(1);
  for (const [form, [scores, labels]] of Object.entries(scored)) {
    expect(scores.length, form).toBe(expected.length);
    for (const [row, score] of scores.entries()) expect(score, form).toBeCloseTo(expected[row]!, 6);
    expect(labels, form).toEqual(scores.map((score) => Number(score >= threshold.value)));
  }
}

function expectExplained(explained: Explained): void {
  expect(explained.binary).toEqual(explained.JSON);
  const margins = explained.JSON.map((each) => each?.margin);
  expect(margins).toHaveLength(manifest.golden.length);
  for (const [row, { margin }] of manifest.golden.entries()) expect(margins[row]).toBeCloseTo(margin, 4);
  expect(explained.JSON.map((each) => each?.contributions.length)).toEqual(margins.map(() => 2));
}

describe('clients of the Open Inference Protocol get the golden predictions', () => {
  test('Triton’s by HTTP, in JSON and binary tensors, whole and by column', async () => {
    const answer = await ask<
      JsonAnswer & { server: object; metadata: { inputs: object[] }; explained: Explained }
    >('triton_http.py', new URL(server.url).host);
    const { live, ready, modelReady } = answer;
    expect({ live, ready, modelReady }).toEqual({ live: true, ready: true, modelReady: [true, false] });
    expect(answer.server).toMatchObject({ name: 'stockout', extensions: ['binary_tensor_data'] });
    expect(answer.metadata.inputs).toHaveLength(manifest.features.length);
    expectGolden(answer.scored);
    expectGolden(answer.scoredComplete, answer.complete);
    expectExplained(answer.explained);
    expect(answer.refused).toEqual([
      ['400', expect.stringContaining('"input-0" (FP32 [1, 2])') as string],
      ['404', 'there is no such model here: it is tiny, version v1'],
      ['401', 'send a valid API key in the X-API-Key header'],
    ]);
  });

  test('Triton’s by gRPC, with standard health and reflection', async () => {
    const answer = await ask<
      Answer & { health: string; services: string[]; message: string; metadata: { inputs: object[] } }
    >('triton_grpc.py', server.grpcAddress);
    const { live, ready, modelReady, health, message } = answer;
    expect({ live, ready, modelReady, health, message }).toEqual({
      live: true,
      ready: true,
      modelReady: true,
      health: 'SERVING',
      message: 'inference',
    });
    expect(answer.services).toEqual(
      expect.arrayContaining(['grpc.health.v1.Health', 'inference.GRPCInferenceService']),
    );
    expect(answer.metadata.inputs).toHaveLength(manifest.features.length);
    expectGolden(answer.scored);
    expect(answer.refused).toEqual([
      ['StatusCode.INVALID_ARGUMENT', expect.stringContaining('"input-0" (FP32 [1, 2])') as string],
      ['StatusCode.NOT_FOUND', 'there is no such model here: it is tiny, version v1'],
      ['StatusCode.UNAUTHENTICATED', 'send a valid API key in the metadata x-api-key'],
    ]);
  });

  test('KServe’s by REST, in JSON and binary tensors', async () => {
    const answer = await ask<JsonAnswer>('kserve_rest.py', '');
    const { live, ready, modelReady } = answer;
    expect({ live, ready, modelReady }).toEqual({ live: true, ready: true, modelReady: true });
    expectGolden(answer.scored);
    expectGolden(answer.scoredComplete, answer.complete);
    expect(answer.refused).toEqual([[400, expect.stringContaining('"input-0" (FP32 [1, 2])') as string]]);
  });

  test('KServe’s by gRPC, typed and raw', async () => {
    const answer = await ask<Answer>('kserve_grpc.py', server.grpcAddress);
    const { live, ready, modelReady } = answer;
    expect({ live, ready, modelReady }).toEqual({ live: true, ready: true, modelReady: true });
    expectGolden(answer.scored);
    expect(answer.refused).toEqual([
      ['INVALID_ARGUMENT', expect.stringContaining('"input-0" (FP32 [1, 2])') as string],
      ['NOT_FOUND', 'there is no such model here: it is tiny, version v1'],
    ]);
  });
});
