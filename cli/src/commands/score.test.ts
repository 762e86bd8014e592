import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/stockout.js', import.meta.url));
const apiVersion = 'stockout.dev/v1alpha1';
const metadata = { name: 'retail' };
const storage = { uri: 'file:///nowhere', persistentVolumeClaim: { claimName: 'stockout-data' } };
const MODEL = { apiVersion, kind: 'StockoutModel', metadata, spec: { storage, training: {} } };
const JOB = { apiVersion, kind: 'ScoringJob', metadata, spec: { modelRef: metadata, shards: 2 } };

let file: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-score-'));
  file = join(folder, 'both.yaml');
  await writeFile(file, `${JSON.stringify(MODEL)}\n---\n${JSON.stringify(JOB)}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @returns the exit code and what was said */
function score(args: string[], env: NodeJS.ProcessEnv = {}): Promise<[code: unknown, said: string]> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env } };
    execFile(process.execPath, [BIN, 'score', '-f', file, ...args], options, (error, _, said) =>
      resolve([error?.code, said]),
    );
  });
}

test('a shard that the job does not have is wrong usage, also where Kubernetes tells the index', async () => {
  const said = 'error: --shard 2: spec.shards is 2, its shards are 0 to 1\n';
  expect(await score(['--run', 'r', '--shard', '2'])).toEqual([2, said]);
  expect(await score(['--run', 'r'], { JOB_COMPLETION_INDEX: '2' })).toEqual([2, said]);
});

test('a shard without a run is wrong usage: nothing would tell what it is a part of', async () => {
  const [code, said] = await score(['--shard', '0']);
  expect(code).toBe(2);
  expect(said).toBe('error: --shard needs --run, the same for all shards: it is what makes them one run\n');
});
