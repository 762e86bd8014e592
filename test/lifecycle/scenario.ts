import { predictSample } from '@stockout/cli/demo/request';
import {
  applyHopelessCandidate,
  applyModel,
  applyScoringJob,
  awaitModel,
  awaitScoring,
  condition,
  ingestSample,
  pinVersion,
  tellStory,
} from '@stockout/cli/demo/story';
import type { StockoutModel } from '@stockout/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tier } from './tier.ts';

const MINUTES = 60_000;

/** The demo's steps, held to their outcomes: the same story wherever there is a Kubernetes API. */
export function describeLifecycle(where: string, startTier: () => Promise<Tier>): void {
  describe(`the life of a model ${where}`, () => {
    const abort = new AbortController();
    let tier: Tier;
    let operator: { stop(): Promise<void> };

    beforeAll(async () => {
      tier = await startTier();
      operator = await tier.startOperator();
    }, 2 * MINUTES);

    afterAll(async () => {
      abort.abort();
      await operator?.stop();
      await tier?.stop();
    }, MINUTES);

    it(
      'goes from one manifest to a gated version that serves, and predictions in a table',
      async () => {
        const story = tellStory(tier.kubeconfigPath, await tier.volume('stockout-data'), abort.signal);

        const ingested = await ingestSample(story, abort.signal, () => {});
        expect(ingested).toMatchObject({ rows: 1_080_000, rejected: 0 });

        await applyModel(story);
        const served = await awaitModel(story, tell, serves('v1'));
        expect(served.status).toMatchObject({ servingVersion: 'v1', latestVersion: 'v1', replicas: 2 });
        const [v1] = served.status?.versions ?? [];
        expect(Number(v1?.metrics?.auc)).toBeCloseTo(0.9935, 3);
        expect(Number(v1?.metrics?.f1)).toBeCloseTo(0.9645, 3);

        const endpoint = served.status?.endpoint ?? '';
        await predictSample(story, endpoint);

        await applyScoringJob(story, 'nightly');
        const { run } = await awaitScoring(story, 'nightly');
        expect(run).toMatchObject({ version: 'v1', rows: 180_000 });

        await applyHopelessCandidate(story);
        const refused = await awaitModel(story, tell, (model) => model.status?.latestVersion === 'v2');
        expect(refused.status?.servingVersion).toBe('v1');
        expect(condition(refused, 'GatesPassed')).toMatchObject({ status: 'False' });
        expect(condition(refused, 'GatesPassed')?.message).toMatch(
          /auc 0\.\d{4} is below the minimum 0\.999/,
        );
        await predictSample(story, endpoint);

        await pinVersion(story, 'v1');
        await awaitModel(story, tell, serves('v1'));
        await applyScoringJob(story, 'pinned', 'v1');
        const again = await awaitScoring(story, 'pinned');
        expect(again.run).toMatchObject({ version: 'v1', rows: 180_000, atRisk: run.atRisk });
      },
      8 * MINUTES,
    );
  });
}

function serves(version: string) {
  return (model: StockoutModel): boolean =>
    model.status?.servingVersion === version && condition(model, 'Ready')?.status === 'True';
}

function tell(line: string): void {
  console.log(`  retail: ${line}`);
}
