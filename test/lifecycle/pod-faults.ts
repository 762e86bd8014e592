import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { versions } from '@stockout/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionOf, modelObject, SmallWorld } from './small-world.ts';
import type { Tier } from './tier.ts';

const MINUTES = 60_000;

/** What pods do wrong by themselves, real ones; how nodes end pods is played in test/faults. */
export function describePodFaults(where: string, startTier: () => Promise<Tier>): void {
  describe(`pods that do wrong ${where}`, () => {
    const abort = new AbortController();
    let tier: Tier;
    let operator: { stop(): Promise<void> };
    let world: SmallWorld;

    beforeAll(async () => {
      tier = await startTier();
      operator = await tier.startOperator();
      world = await SmallWorld.begin(tier, abort.signal);
    }, 2 * MINUTES);

    afterAll(async () => {
      abort.abort();
      await operator?.stop();
      await tier?.stop();
    }, MINUTES);

    it.concurrent(
      'a training that does not come to its end is ended, makes no version, and a spec that does serves',
      async () => {
        const name = 'endless';
        const { training } = modelObject(name).spec;
        const endless = { ...training, params: { rounds: 10_000 }, activeDeadlineSeconds: 3 };
        await world.apply(modelObject(name, { spec: { training: endless } }));
        const model = await world.untilModel(name, 'Trained', 'TrainingFailed');
        expect(conditionOf(model, 'Trained')?.message).toMatch(
          /^endless-train-\w+ was not done within activeDeadlineSeconds \(3 s\)/,
        );
        expect(await versionsOf(world, name)).toEqual([]);
        await world.apply(modelObject(name));
        const served = await world.untilModel(name, 'Ready', 'Serving');
        expect(await versionsOf(world, name)).toEqual([served.status?.servingVersion]);
      },
      3 * MINUTES,
    );

    it.concurrent(
      'a candidate whose file in storage is another one is given up, its champion serves, and the status names the file',
      async () => {
        const name = 'damaged';
        await world.apply(modelObject(name));
        await world.untilServing(name, 'v1');
        await world.apply(candidate(name, { policy: 'Manual' }, 10));
        await expect
          .poll(async () => (await world.model(name)).status?.latestVersion, { timeout: MINUTES })
          .toBe('v2');
        const file = join(fileURLToPath(world.storageUri), 'models/default', name, 'v2/model.ubj');
        const whole = await readFile(file);
        await writeFile(file, whole.toReversed());

        await world.apply(candidate(name, { version: 'v2' }, 10));
        const refused = await world.untilModel(name, 'RolledOut', 'ProgressDeadlineExceeded');
        expect(conditionOf(refused, 'RolledOut')?.message).toMatch(
          /v1 \(\w+\) keeps serving: 0 of 1 pods are ready: failed: file:.*\/v2\/model\.ubj is sha256:\w+, its manifest says sha256:\w+: it is damaged/,
        );
        expect(refused.status?.servingVersion).toBe('v1');
        expect((await fetch(`${refused.status?.endpoint}/health`)).status).toBe(200);

        await writeFile(file, whole);
        await world.apply(candidate(name, { version: 'v2' }, 60));
        await world.untilServing(name, 'v2');
      },
      3 * MINUTES,
    );
  });
}

/** v2, under other settings than v1. */
function candidate(name: string, promotion: object, progressDeadlineSeconds: number): object {
  const { training, serving } = modelObject(name).spec;
  return modelObject(name, {
    spec: {
      training: { ...training, params: { rounds: 21, maxDepth: 3 } },
      serving: { ...serving, rollout: { ...serving.rollout, progressDeadlineSeconds } },
      promotion,
    },
  });
}

async function versionsOf(world: SmallWorld, name: string): Promise<string[]> {
  const made = await versions({ ...world.context(), model: await world.model(name) });
  return made.versions.map(({ version }) => version);
}
