import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopLocal } from '@stockout/cli/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoProcess, processesOf } from './demo-process.ts';

/** What the demo says as its steps begin, one after the other. */
const STEPS = [
  'Start a Kubernetes API',
  'Ingest data/retail_stockout_data.parquet',
  'the training retail-train-',
  '(blue) is on its way',
  'Apply the ScoringJob',
  'Train a candidate that cannot pass',
  'Pin v1 in the manifest',
];

/** Who was killed may take a moment to end. */
const ENDED = { timeout: 10_000 };

describe('stockout demo', () => {
  let stateDir: string;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'stockout-demo-'));
  });
  afterAll(() => rm(stateDir, { recursive: true, force: true }));

  it.each(STEPS)('interrupted at "%s" leaves no process and no listener behind', async (step) => {
    const demo = new DemoProcess(stateDir);
    await demo.says(step);
    demo.kill('SIGINT');
    expect(await demo.ended()).toEqual({ code: 130, signal: null });
    expect(demo.output).toContain('stopped by SIGINT');
    await expect.poll(() => processesOf(stateDir), ENDED).toEqual([]);
  });

  it('after a kill -9 local down ends the pods that are left, and the next run tells the whole story', async () => {
    const killed = new DemoProcess(stateDir);
    await killed.says('POST /predict answers');
    killed.kill('SIGKILL');
    await killed.ended();
    // The predictor's, and maybe the one that was about to score.
    expect((await processesOf(stateDir)).length).toBeGreaterThanOrEqual(2);
    expect(await stopLocal(stateDir)).toMatch(
      /^no local cluster runs in .*; ended [23] pods that one that was killed had left$/,
    );
    await expect.poll(() => processesOf(stateDir), ENDED).toEqual([]);

    const demo = new DemoProcess(stateDir);
    expect({ ...(await demo.ended()), output: demo.output }).toMatchObject({ code: 0 });
    await expect.poll(() => processesOf(stateDir), ENDED).toEqual([]);

    expect(demo.output).toContain('Ingested 1,080,000 rows, 0 rejected');
    expect(demo.output).toMatch(/v1 passed its gates \(AUC 0\.99\d+, F1 0\.96\d+\) and serves, 2 replicas/);
    expect(demo.output).toMatch(/POST \/predict answers a risk of 0\.9\d+, label 1; 401 without the key/);
    expect(demo.output.match(/180,000 predictions by v1/g)).toHaveLength(2);
    expect(demo.output).toMatch(/^STORE +PRODUCT +DAY +RISK +INVENTORY +SALES A DAY\n(S\d.*\n){10}/m);
    expect(demo.output).toContain('v2 is refused: auc 0.9550 is below the minimum 0.999; v1 keeps serving');
    expect(demo.output.split('\n').filter((line) => line.length > 80)).toEqual([]);

    const versionFolder = join(stateDir, 'volumes/default/stockout-data/models/default/retail/v1');
    expect(await readFile(join(versionFolder, 'report.html'), 'utf8')).toContain('</html>');
    expect(existsSync(join(versionFolder, 'manifest.json'))).toBe(true);
  });

  it('tells the same story on real data, by its own column names', async () => {
    const demo = new DemoProcess(stateDir, '--real');
    expect({ ...(await demo.ended()), output: demo.output }).toMatchObject({ code: 0 });
    await expect.poll(() => processesOf(stateDir), ENDED).toEqual([]);
    expect(demo.output).toContain('Ingested 292,770 rows, 0 rejected');
    expect(demo.output).toMatch(/v1 passed its gates \(AUC 0\.8\d+, F1 0\.4\d+\) and serves, 2 replicas/);
    expect(demo.output.match(/97,590 predictions by v1/g)).toHaveLength(2);
    expect(demo.output).toMatch(/v2 is refused: auc 0\.6\d+ is below the minimum 0\.999; v1 keeps serving/);
  });
});
