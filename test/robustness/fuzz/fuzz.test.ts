import process from 'node:process';
import { expect, test } from 'vitest';
import { ServedPredictor } from '../served-predictor.ts';
import { HISTORY, READING, SCORING } from './calls.ts';
import { campaign, FuzzFailure } from './campaign.ts';
import { writeRepeat } from './repeat.ts';

const REQUESTS = 20_000;
/** Another at each run: what it finds, it names. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
/** It ends at about 520 MB, and longer runs at up to 740: heaps that are not full yet, DuckDB, ONNX Runtime. */
const MOST_BYTES = 750e6;

test(`${REQUESTS} requests as no client sends them are answered, none of them 5xx or NaN, in bounded memory (seed ${SEED})`, async () => {
  await using served = await ServedPredictor.start({ locked: true });
  const plan = { seed: SEED, from: 0, requests: REQUESTS, callers: 16 };
  const { statuses, memory } = await campaign(served, plan).catch(explain);
  for (const expected of ['200', '400', '404', '405', '413', '415', '422', 'closed', 'gRPC 0', 'gRPC 3'])
    expect(statuses.get(expected), expected).toBeGreaterThan(0);
  expect(memory.at(-1)).toBeLessThan(MOST_BYTES);
  expect(served.errors).toEqual([]);
  expect(await served.end('SIGTERM')).toBe(0);
});

async function explain(error: unknown): Promise<never> {
  if (!(error instanceof FuzzFailure)) throw error;
  const repeat = await writeRepeat(error, `fuzz-failures/${SEED}-${error.number}`);
  throw new Error(`request ${error.number} of seed ${SEED}: ${error.message}\n${repeat}`, { cause: error });
}

test('the fuzz knows every path of /openapi.json', async () => {
  await using served = await ServedPredictor.start();
  const { paths } = (await (await fetch(`${served.url}/openapi.json`)).json()) as { paths: object };
  const known = new Set([...SCORING, ...HISTORY, ...READING].map(({ path }) => path.replace(/\?.*/, '')));
  expect(Object.keys(paths).filter((path) => !known.has(path))).toEqual([]);
});
