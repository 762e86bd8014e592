// Writes the recordings of test/upgrade: what the operator of a release made of a model and a scoring job, as it stands in
// the API server that with-control-plane.sh started. Called by scripts/release/record-installation.sh, which says more.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { until } from '../conformance/until.ts';
import {
  conditionOf,
  modelObject,
  scoringObject,
  SMALL_CLAIM,
  SMALL_TABLE,
  volumeClaim,
} from '../lifecycle/small-world.ts';
import { apply, kubectl, waitForKinds } from './kubectl.ts';
import { startRealTier } from './real-tier.ts';
import { type Moment, type Recorded, type Recording, STORED } from './recording.ts';
import { Release } from './release.ts';

const MODEL = 'retail';
const SCORES = 'nightly';
const SECRET = 'stockout-api-key';
const STORAGE = modelObject(MODEL).spec.storage.uri;
const SECONDS = 180;
const serving = {
  replicas: 2,
  auth: { apiKeySecretRef: { name: SECRET } },
  rollout: { rollbackWindowSeconds: 5 },
};

const [tree = '', described = '', out = ''] = process.argv.slice(2);
const release = new Release(await readFile(join(out, 'install.yaml'), 'utf8'), tree);
// The operator is a process here, not the Deployment's.
await apply(release.objects.filter(({ kind }) => kind !== 'Deployment'));
await waitForKinds(['crd', '--all']);
const tier = await startRealTier({ release });
let operator = await tier.startOperator();
try {
  const volume = await tier.volume(SMALL_CLAIM);
  await live(volume);
} finally {
  await operator.stop();
  await tier.stop();
}

/** Two versions, of which the second takes the place of the first, and a run: nothing is under way in the end. */
async function live(volume: string): Promise<void> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRET, namespace: 'default' } };
  await apply([volumeClaim(), { ...secret, stringData: { default: 'a key' } }]);
  await ingest(volume);
  await apply([modelObject(MODEL, { spec: { serving } })]);
  await untilServing('v1');
  await apply([scoringObject(SCORES, MODEL)]);
  await until('the run is done', async () => isDone(await get<ScoringJob>('ScoringJob', SCORES)), SECONDS);
  const training = { params: { rounds: 10, maxDepth: 3 }, split: { testDays: 30 } };
  await apply([modelObject(MODEL, { spec: { serving, training } })]);
  await until('the pods of v2 come up', async () => (await list('Deployment')).length === 2, SECONDS);
  await operator.stop();
  await write('rollout', volume);
  if ((await get<StockoutModel>('StockoutModel', MODEL)).status?.servingVersion !== 'v1') {
    throw new Error('the rollout was over before it was recorded: record again');
  }
  operator = await tier.startOperator();
  await untilServing('v2');
  await until(
    'what served is gone, its pods too',
    async () => (await list('Deployment')).length === 1 && !(await list('Pod')).some(isGoing),
    SECONDS,
  );
  await write('settled', volume);
}

/** Pods that are processes name the folder behind their volume. */
async function write(moment: Moment, volume: string): Promise<void> {
  const text = JSON.stringify(await record(), null, 1).replaceAll(pathToFileURL(volume).href, STORAGE);
  await writeFile(join(out, `${moment}.json`), `${text}\n`);
}

async function ingest(volume: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-record-'));
  const [rows, manifest] = [join(folder, `${SMALL_TABLE}.parquet`), join(folder, 'model.yaml')];
  await writeFile(manifest, JSON.stringify(modelObject(MODEL)));
  await release.run(['generate', '--rows', '10800', '--seed', '1', '--out', rows]);
  await release.run(['ingest', rows, '-f', manifest, '--storage', pathToFileURL(volume).href]);
  await rm(folder, { recursive: true });
}

async function untilServing(version: string): Promise<void> {
  await until(
    `${version} serves`,
    async () => {
      const model = await get<StockoutModel>('StockoutModel', MODEL);
      return model.status?.servingVersion === version && conditionOf(model, 'Ready')?.status === 'True';
    },
    SECONDS,
  );
}

function isGoing({ metadata }: Recorded): boolean {
  return 'deletionTimestamp' in metadata;
}

function isDone(job: ScoringJob): boolean {
  return conditionOf(job, 'Complete')?.status === 'True';
}

async function record(): Promise<Recording> {
  const { serverVersion } = JSON.parse(await kubectl(['version', '-o', 'json'])) as {
    serverVersion: { gitVersion: string };
  };
  const kinds = Object.keys(STORED) as (keyof typeof STORED)[];
  const objects = await Promise.all(kinds.map(list));
  return {
    release: described,
    kubernetes: serverVersion.gitVersion,
    at: new Date().toISOString(),
    objects: objects.flat().map(asStored),
  };
}

/** The server's own key of a change, which a store gives anew. */
function asStored({ metadata, ...object }: Recorded): Recorded {
  const { resourceVersion: _changed, ...kept } = metadata as Recorded['metadata'] & {
    resourceVersion: string;
  };
  return { ...object, metadata: kept };
}

/** Ours: with the operator's label, but for those that people made. */
async function list(kind: keyof typeof STORED): Promise<Recorded[]> {
  const made = STORED[kind].startsWith('stockout.dev/');
  const labels = made ? [] : ['--selector', 'app.kubernetes.io/managed-by=stockout-operator'];
  const text = await kubectl([
    'get',
    kind,
    '--namespace',
    'default',
    ...labels,
    '--show-managed-fields',
    '-o',
    'json',
  ]);
  return (JSON.parse(text) as { items: Recorded[] }).items;
}

async function get<T>(kind: string, name: string): Promise<T> {
  return JSON.parse(await kubectl(['get', kind, name, '--namespace', 'default', '-o', 'json'])) as T;
}
