import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '@kubernetes/client-node';
import { connect, type List } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeJobs } from './remove-jobs.ts';
import { conditionOf, modelObject, SmallWorld } from './small-world.ts';
import type { Tier } from './tier.ts';

const MINUTES = 60_000;
const NAME = 'restored';
const OTHER_TRAINING = { params: { rounds: 10, maxDepth: 3 }, split: { testDays: 30 } };

/** What becomes of versions in storage when the cluster loses its records of them, or the model is deleted. */
export function describeRecovery(where: string, startTier: () => Promise<Tier>): void {
  describe(`versions in storage ${where}`, () => {
    const abort = new AbortController();
    let tier: Tier;
    let operator: { stop(): Promise<void> };
    let world: SmallWorld;

    beforeAll(async () => {
      tier = await startTier();
      operator = await tier.startOperator();
      world = await SmallWorld.begin(tier, abort.signal);
      await world.apply(modelObject(NAME));
      await world.untilServing(NAME, 'v1');
      await world.apply(modelObject(NAME, { spec: { training: OTHER_TRAINING } }));
      await world.untilServing(NAME, 'v2');
    }, 4 * MINUTES);

    afterAll(async () => {
      abort.abort();
      await operator?.stop();
      await tier?.stop();
    }, MINUTES);

    it(
      'are on record again when their records were deleted: what serves serves on, nothing is trained',
      async () => {
        const before = await recordsOf(world);
        expect(before).toEqual([`${NAME}-v1`, `${NAME}-v2`]);
        await operator.stop();
        for (const name of before) await world.kube.remove(configMap(name));
        // Their results would be read again from Jobs that are still there.
        await removeJobs(tier, world, SELECTOR);
        operator = await tier.startOperator();
        const model = await world.untilModel(NAME, 'Recovered', 'Recovered');
        expect(conditionOf(model, 'Recovered')?.message).toMatch(/^v2, v1 were found in file:/);
        expect(await recordsOf(world)).toEqual([`${NAME}-recovery`, ...before]);
        const settled = await world.untilModel(NAME, 'Trained', 'Trained');
        expect(settled.status).toMatchObject({ servingVersion: 'v2', latestVersion: 'v2' });
        expect(await trainings(world)).toEqual([]);
      },
      3 * MINUTES,
    );

    it(
      'serve a cluster that is new: what is pinned is looked for where nothing is trained, and what is damaged is told',
      async () => {
        await remove(world);
        await truncate(join(versionsFolder(world), 'v2', 'manifest.json'), 100);
        const pinned = { training: { ...OTHER_TRAINING, suspend: true }, promotion: { version: 'v1' } };
        await world.apply(modelObject(NAME, { spec: pinned }));
        const served = await world.untilServing(NAME, 'v1');
        expect(conditionOf(served, 'Recovered')).toMatchObject({ status: 'True', reason: 'RecoveredInPart' });
        expect(conditionOf(served, 'Recovered')?.message).toMatch(
          /v2 is passed over: manifest\.json is not JSON/,
        );
        expect(served.status?.versions?.map(({ name }) => name)).toEqual(['v1']);
      },
      4 * MINUTES,
    );

    it(
      'are asked for by the first training itself, which then trains after all and gives no name twice',
      async () => {
        await remove(world);
        await world.apply(modelObject(NAME, { spec: { training: OTHER_TRAINING } }));
        const model = await world.untilServing(NAME, 'v3');
        expect(model.status?.versions?.map(({ name }) => name)).toEqual(['v3', 'v1']);
        expect(await world.kube.names('batch/v1', 'Job', `${SELECTOR},${component('recovery')}`)).toEqual([]);
      },
      3 * MINUTES,
    );

    it(
      'go with the model when deletionPolicy is Delete, and only then; tables stay, and so does the newest name',
      async () => {
        const tables = (await readdir(fileURLToPath(world.storageUri))).sort();
        await world.apply(
          modelObject(NAME, { spec: { training: OTHER_TRAINING, deletionPolicy: 'Delete' } }),
        );
        await expect
          .poll(async () => (await world.model(NAME)).metadata.finalizers, { timeout: MINUTES })
          .toEqual(['stockout.dev/remove-versions']);
        await remove(world);
        const left = await readdir(versionsFolder(world), { recursive: true, withFileTypes: true });
        const files = left.filter((entry) => entry.isFile());
        expect(files.map(({ parentPath, name }) => join(parentPath, name))).toEqual([
          join(versionsFolder(world), 'v3', 'claim.json'),
        ]);
        expect((await readdir(fileURLToPath(world.storageUri))).sort()).toEqual(tables);
      },
      3 * MINUTES,
    );

    it(
      'hold up no model when they cannot be removed: the finalizer goes, and an Event says what is left',
      async () => {
        const name = 'homeless';
        const storage = {
          uri: 'file:///var/lib/stockout',
          persistentVolumeClaim: { claimName: 'of-somebody' },
        };
        const spec = { deletionPolicy: 'Delete', training: { ...OTHER_TRAINING, suspend: true } };
        await world.apply(modelObject(name, { spec }));
        await world.untilModel(name, 'Ready', 'Suspended');
        // A claim that the operator may not use: no Job can have it.
        await world.apply(modelObject(name, { spec: { ...spec, storage } }));
        await world.untilModel(name, 'Ready', 'NameNotAllowed');
        await remove(world, name);
        expect(await messagesOf(tier, name, 'VersionsLeft')).toEqual([
          expect.stringContaining(
            'its versions are left in file:///var/lib/stockout/models/default/homeless/',
          ),
        ]);
      },
      3 * MINUTES,
    );
  });
}

const component = (name: string): string => `app.kubernetes.io/component=${name}`;
const SELECTOR = `stockout.dev/model=${NAME}`;

async function recordsOf({ kube }: SmallWorld): Promise<string[]> {
  return (await kube.names('v1', 'ConfigMap', SELECTOR)).sort();
}

function trainings({ kube }: SmallWorld): Promise<string[]> {
  return kube.names('batch/v1', 'Job', `${SELECTOR},${component('training')}`);
}

function configMap(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
}

/** The model, and what it owned: the next one of its name finds nothing but storage. */
async function remove({ kube }: SmallWorld, name = NAME): Promise<void> {
  await kube.remove(modelObject(name) as KubernetesObject);
  for (const [apiVersion, kind] of [
    ['stockout.dev/v1alpha1', 'StockoutModel'],
    ['v1', 'ConfigMap'],
    ['apps/v1', 'Deployment'],
  ] as const) {
    const selector = kind === 'StockoutModel' ? '' : `stockout.dev/model=${name}`;
    await expect
      .poll(
        async () => (await kube.names(apiVersion, kind, selector)).filter((each) => each.startsWith(name)),
        {
          timeout: MINUTES,
        },
      )
      .toEqual([]);
  }
}

async function messagesOf({ kubeconfigPath }: Tier, name: string, reason: string): Promise<string[]> {
  const client = await connect(kubeconfigPath, 'recovery-test');
  const selector = encodeURIComponent(`involvedObject.name=${name},reason=${reason}`);
  const path = `/api/v1/namespaces/default/events?fieldSelector=${selector}`;
  const { items } = await client.get<List<{ metadata: { name: string }; message: string }>>(path);
  client.close();
  return items.map(({ message }) => message);
}

function versionsFolder({ storageUri }: SmallWorld): string {
  return join(fileURLToPath(storageUri), 'models/default', NAME);
}
