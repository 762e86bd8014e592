import { randomBytes } from 'node:crypto';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { KubernetesObject } from '@kubernetes/client-node';
import { StockoutError } from '@stockout/contracts';
import type { Condition, ScoringJob, StockoutModel } from '@stockout/crds';
import { ingest, type PipelineContext, type Progress } from '@stockout/pipeline';
import { readModel } from '../manifest-files.ts';
import { applyDefinitions } from '../definitions.ts';
import { connectKube, type Kube, readObjects } from '../kube.ts';
import { dataOf, RETAIL, type Scene } from './scene.ts';

const MODEL = { apiVersion: 'stockout.dev/v1alpha1', kind: 'StockoutModel', namespace: 'default' };
const SCORING_JOB = { ...MODEL, kind: 'ScoringJob' };
const TRAINING_SECONDS = 300;

/** What a user holds in hand while the story goes on. */
export interface Story {
  scene: Scene;
  kube: Kube;
  apiKey: string;
  /** Where the pods' volume lies on this machine: tables and versions. */
  storageUri: string;
}

export type Tell = (line: string) => void;

/** @param volume the folder on this machine behind the sample's PersistentVolumeClaim */
export function tellStory(
  kubeconfigPath: string,
  volume: string,
  signal: AbortSignal,
  scene = RETAIL,
): Story {
  return {
    scene,
    kube: connectKube(kubeconfigPath, signal),
    apiKey: randomBytes(24).toString('base64url'),
    storageUri: pathToFileURL(volume).href,
  };
}

/** What `stockout ingest` does with the sample data. */
export async function ingestSample(story: Story, signal: AbortSignal, report: (progress: Progress) => void) {
  return ingest({ ...(await sampleContext(story, signal)), report }, [fileURLToPath(dataOf(story.scene))]);
}

/** The sample model, its tables where the pods' volume lies on this machine. */
export async function sampleContext(story: Story, signal: AbortSignal): Promise<PipelineContext> {
  const model = await readModel([fileURLToPath(new URL('stockoutmodel.yaml', story.scene.samples))]);
  return { model, storageUri: story.storageUri, signal };
}

/** CRDs, the volume claim, a Secret with an API key, and the model: all that a user applies. */
export async function applyModel(story: Story): Promise<void> {
  await applyDefinitions(story.kube);
  for (const object of await readObjects(new URL('storage.yaml', RETAIL.samples)))
    await story.kube.apply(object);
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'stockout-api-key', namespace: 'default' },
    stringData: { demo: story.apiKey },
  };
  await story.kube.apply(secret as KubernetesObject);
  await story.kube.apply(await sampleModel(story, () => {}));
}

/** A candidate that cannot pass: one round of depth 1 against a gate of auc >= 0.999. */
export async function applyHopelessCandidate(story: Story): Promise<void> {
  await story.kube.apply(
    await sampleModel(story, (spec) => {
      Object.assign(spec.training?.params ?? {}, { rounds: 1, maxDepth: 1 });
      spec.gates = [{ metric: 'auc', min: '0.999' }];
    }),
  );
}

/** What a GitOps controller does after a commit that pins a version. */
export async function pinVersion(story: Story, version: string): Promise<void> {
  await story.kube.apply(
    await sampleModel(story, (spec) => {
      spec.promotion = { ...spec.promotion, version };
    }),
  );
}

export async function applyScoringJob(story: Story, name: string, version?: string): Promise<void> {
  const job = await sampleScoringJob(story);
  job.metadata = { ...job.metadata, name };
  if (version !== undefined) job.spec.version = version;
  await story.kube.apply(job as KubernetesObject);
}

/** Waits for the model to get somewhere, telling its Ready message as it changes. */
export async function awaitModel(
  story: Story,
  tell: Tell,
  arrived: (model: StockoutModel) => boolean,
): Promise<StockoutModel> {
  let told = '';
  return story.kube.waitFor<StockoutModel & KubernetesObject>(
    { ...MODEL, name: story.scene.model },
    TRAINING_SECONDS,
    (model) => {
      const ready = condition(model, 'Ready');
      if (ready?.message && ready.message !== told) tell((told = ready.message));
      const stalled = condition(model, 'Stalled');
      if (stalled?.status === 'True') throw new StockoutError(stalled.message ?? 'the model is stalled');
      return model.status?.observedGeneration === model.metadata.generation && arrived(model);
    },
  );
}

/** Waits for a scoring run to end. @throws StockoutError with its message when it failed */
export async function awaitScoring(story: Story, name: string) {
  const job = await story.kube.waitFor<ScoringJob & KubernetesObject>(
    { ...SCORING_JOB, name },
    TRAINING_SECONDS,
    (object) => ['Complete', 'Failed'].some((type) => condition(object, type)?.status === 'True'),
  );
  const failed = condition(job, 'Failed');
  if (failed?.status === 'True') throw new StockoutError(failed.message ?? 'the scoring run failed');
  const [run] = job.status?.runs ?? [];
  if (run === undefined)
    throw new StockoutError(`ScoringJob ${name} is complete, yet its status names no run`);
  return { job, run };
}

export function condition(object: StockoutModel | ScoringJob, type: string): Condition | undefined {
  return object.status?.conditions?.find((candidate) => candidate.type === type);
}

export async function sampleScoringJob({ scene }: Story): Promise<ScoringJob> {
  const [job] = await readObjects(new URL('scoringjob.yaml', scene.samples));
  return job as ScoringJob;
}

async function sampleModel(
  { scene }: Story,
  change: (spec: StockoutModel['spec']) => void,
): Promise<KubernetesObject> {
  const [model] = await readObjects(new URL('stockoutmodel.yaml', scene.samples));
  change((model as StockoutModel).spec);
  return model as KubernetesObject;
}
