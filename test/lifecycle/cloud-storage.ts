import { evaluate, vacuum, versions, type PipelineContext } from '@stockout/pipeline';
import { openStorage } from '@stockout/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeJobs } from './remove-jobs.ts';
import { conditionOf, modelObject, scoringObject, SmallWorld } from './small-world.ts';
import type { Tier } from './tier.ts';

const MINUTES = 60_000;
const POLL = { timeout: 2 * MINUTES, interval: 100 };
const SECRET = 'stockout-storage';

/** A store of a cloud, and what can be done to it. */
export interface TroubledStore {
  /** For spec.storage.uri. */
  uri: string;
  /** What the pods' Secret holds; this process has it in its environment. */
  credentials: Record<string, string>;
  trouble: Record<'down' | 'slow' | 'forbidden', () => void>;
  heal(): void;
  stop(): Promise<void>;
}

/** The life of a model whose storage is a cloud's, and what its user is told while the store does not do its part. */
export function describeCloudStorage(
  where: string,
  startTier: () => Promise<Tier>,
  startStore: () => Promise<TroubledStore>,
): void {
  describe(`a model ${where}`, () => {
    const abort = new AbortController();
    const name = 'cloudy';
    let tier: Tier;
    let operator: { stop(): Promise<void> };
    let store: TroubledStore;
    let world: SmallWorld;
    let retrainings = 0;

    beforeAll(async () => {
      store = await startStore();
      tier = await startTier();
      operator = await tier.startOperator();
      const storage = { uri: store.uri, spec: specOf(store), object: secretOf(store) };
      world = await SmallWorld.begin(tier, abort.signal, storage);
    }, 10 * MINUTES);

    afterAll(async () => {
      abort.abort();
      store?.heal();
      await operator?.stop();
      await tier?.stop();
      await store?.stop();
    }, MINUTES);

    /** @param tries how often a training is tried again */
    const applied = (tries = 2) => {
      const plain = modelObject(name).spec;
      const training = { ...plain.training, backoffLimit: tries };
      const object = modelObject(name, { spec: { storage: specOf(store), training } });
      const annotations = { 'stockout.dev/retrain-requested-at': String(++retrainings) };
      return { ...object, metadata: { ...object.metadata, annotations } };
    };
    const untilTold = (type: string, words: RegExp) =>
      expect
        .poll(async () => conditionOf(await world.model(name), type)?.message ?? '', {
          timeout: 2 * MINUTES,
          interval: 300,
        })
        .toMatch(words);
    const context = async (): Promise<PipelineContext> => ({
      ...world.context(),
      model: await world.model(name),
    });

    it(
      'is trained, gated, served and scored from there, and every local command reads the same',
      async () => {
        await world.apply(applied());
        const model = await world.untilServing(name, 'v1');
        expect(model.status?.versions?.[0]?.uri).toBe(`${store.uri}/models/default/${name}/v1`);
        const health = await fetch(`${model.status?.endpoint}/health`);
        expect(await health.json()).toMatchObject({ status: 'ok' });

        await world.apply(scoringObject('cloudy-scores', name));
        const job = await world.untilScoring('cloudy-scores', 'Complete', 'Succeeded');
        expect(job.status?.runs?.[0]).toMatchObject({ version: 'v1', rows: 420, tableVersion: 0 });

        const listed = await versions(await context());
        expect(listed.versions.map(({ version }) => version)).toEqual(['v1']);
        expect(await evaluate(await context(), { version: 'v1' })).toMatchObject({ version: 'v1' });
        expect(await vacuum(await context(), { dryRun: true })).toMatchObject({ files: 0 });
      },
      4 * MINUTES,
    );

    it(
      'whose pods may not write is told of it in the condition, serves on, and trains when they may again',
      async () => {
        store.trouble.forbidden();
        await world.apply(applied(0));
        await untilTold(
          'Trained',
          /this is not allowed on the container "stockout".*Use credentials that may/,
        );
        expect((await world.model(name)).status?.servingVersion).toBe('v1');
        store.heal();
        await world.apply(applied());
        await world.untilServing(name, 'v2');
      },
      5 * MINUTES,
    );

    it(
      'whose store is slow comes up all the same',
      async () => {
        store.trouble.slow();
        await world.apply(applied());
        await world.untilServing(name, 'v3');
        store.heal();
      },
      5 * MINUTES,
    );

    it(
      'whose store is down for longer than its Job tries says so, serves on, and trains when it is back',
      async () => {
        store.trouble.down();
        await world.apply(applied(0));
        await untilTold(
          'Trained',
          /the connection was cut.* \(it is tried again at \S+Z, or once its Job is deleted\)$/,
        );
        expect((await world.model(name)).status?.servingVersion).toBe('v3');
        store.heal();
        await removeJobs(tier, world, `stockout.dev/model=${name},app.kubernetes.io/component=training`);
        await world.untilServing(name, 'v4');
      },
      5 * MINUTES,
    );

    it(
      'whose store is down in the middle goes on when it is back: one version, and no name is lost',
      async () => {
        const before = await trainingPods(world, name);
        await world.apply(applied());
        await expect.poll(() => trainingPods(world, name), POLL).toBe(before + 1);
        await expect.poll(() => claimedVersions(store, name), POLL).toBe(5);
        store.trouble.down();
        // The first pod has failed then, and the second begins with a store that is down as well.
        await expect.poll(() => trainingPods(world, name), POLL).toBe(before + 2);
        store.heal();
        await world.untilServing(name, 'v5');
        const made = await versions(await context());
        expect(made.versions.map(({ version }) => version)).toEqual(['v5', 'v4', 'v3', 'v2', 'v1']);
      },
      5 * MINUTES,
    );
  });
}

function trainingPods({ kube }: SmallWorld, name: string): Promise<number> {
  const selector = `stockout.dev/model=${name},app.kubernetes.io/component=training`;
  return kube.names('v1', 'Pod', selector).then(({ length }) => length);
}

/** How many names were ever given, whether or not their versions stand. */
async function claimedVersions({ uri }: TroubledStore, name: string): Promise<number> {
  const folder = `models/default/${name}/`;
  const objects = await openStorage(uri).list(folder);
  return new Set(objects.map(({ key }) => key.slice(folder.length).split('/')[0])).size;
}

function specOf({ uri }: TroubledStore) {
  return { uri, secretRef: { name: SECRET } };
}

function secretOf({ credentials }: TroubledStore): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: SECRET, namespace: 'default' },
    stringData: credentials,
  };
}
