import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KubernetesObject } from '@kubernetes/client-node';
import { connectKube, type Kube } from '@stockout/cli/kube';
import { applyDefinitions } from '@stockout/cli/definitions';
import type { Condition, ScoringJob, StockoutModel } from '@stockout/crds';
import { readManifests } from '@stockout/crds/manifest';
import { generate, ingest, type PipelineContext } from '@stockout/pipeline';
import type { Tier } from './tier.ts';

const API_VERSION = 'stockout.dev/v1alpha1';
export const SMALL_CLAIM = 'stockout-small';
export const SMALL_TABLE = 'small_data';
const SECONDS = 120;

type Spec = Record<string, unknown>;

/** Where a world's tables and versions lie. */
export interface WorldStorage {
  /** As a manifest says it: spec.storage. */
  spec: Spec;
  /** From this machine. */
  uri: string;
  /** The claim or the Secret that the spec names. */
  object: object;
}

/** A few shelves whose models train in a second, for scenarios that are not about quality. */
export class SmallWorld {
  readonly kube: Kube;
  readonly storageUri: string;

  private constructor(kube: Kube, storageUri: string) {
    this.kube = kube;
    this.storageUri = storageUri;
  }

  /**
   * With the CRDs and the storage's object applied, and half a year of 60 shelves ingested.
   * @param storage default: a volume of the tier
   */
  static async begin(
    tier: Pick<Tier, 'kubeconfigPath' | 'volume'>,
    signal: AbortSignal,
    storage?: WorldStorage,
  ): Promise<SmallWorld> {
    const kube = connectKube(tier.kubeconfigPath, signal);
    const uri = storage?.uri ?? pathToFileURL(await tier.volume(SMALL_CLAIM)).href;
    const world = new SmallWorld(kube, uri);
    await applyDefinitions(kube);
    await world.apply(storage?.object ?? volumeClaim());
    await world.#ingestGenerated();
    return world;
  }

  async #ingestGenerated(): Promise<void> {
    const dir = await mkdtemp(join(tmpdir(), 'stockout-small-'));
    const out = join(dir, 'small.parquet');
    await generate({ rows: 10_800, seed: 1, out });
    await ingest(this.context(), [out]);
    await rm(dir, { recursive: true });
  }

  /** Rows as CSV into a raw table of their own. */
  async ingestCsv(rawTable: string, csv: string): Promise<void> {
    const dir = await mkdtemp(join(tmpdir(), 'stockout-csv-'));
    const file = join(dir, 'rows.csv');
    await writeFile(file, csv);
    await ingest(this.context(rawTable), [file]);
    await rm(dir, { recursive: true });
  }

  /** What a local command works with, on the volume that the pods mount. */
  context(rawTable = SMALL_TABLE): PipelineContext {
    const { models } = readManifests(JSON.stringify(modelObject('local', { rawTable })), 'small-world');
    return { model: models[0] as StockoutModel, storageUri: this.storageUri };
  }

  apply(object: object): Promise<void> {
    return this.kube.apply(object as KubernetesObject);
  }

  /** As it is now. */
  model(name: string): Promise<StockoutModel> {
    return this.#until<StockoutModel>('StockoutModel', name, () => true);
  }

  /** Waits until a condition of the model has this reason. */
  async untilModel(name: string, type: string, reason: string): Promise<StockoutModel> {
    return this.#until<StockoutModel>(
      'StockoutModel',
      name,
      (model) => isObserved(model) && has(model, type, reason),
    );
  }

  async untilServing(name: string, version: string): Promise<StockoutModel> {
    return this.#until<StockoutModel>(
      'StockoutModel',
      name,
      (model) =>
        isObserved(model) && model.status?.servingVersion === version && has(model, 'Ready', 'Serving'),
    );
  }

  async untilScoring(name: string, type: string, reason: string): Promise<ScoringJob> {
    return this.#until<ScoringJob>('ScoringJob', name, (job) => isObserved(job) && has(job, type, reason));
  }

  #until<T extends StockoutModel | ScoringJob>(
    kind: string,
    name: string,
    arrived: (object: T) => boolean,
  ): Promise<T> {
    const what = { apiVersion: API_VERSION, kind, name, namespace: 'default' };
    return this.kube.waitFor<T & KubernetesObject>(what, SECONDS, arrived);
  }
}

export interface SmallModel {
  rawTable?: string;
  /** Merged over the spec, field by field of its first level. */
  spec?: Spec;
}

/** A StockoutModel on small data: 20 rounds, one replica, a gate that any model of some use passes. */
export function modelObject(name: string, { rawTable = SMALL_TABLE, spec = {} }: SmallModel = {}) {
  return {
    apiVersion: API_VERSION,
    kind: 'StockoutModel',
    metadata: { name, namespace: 'default' },
    spec: {
      storage: { uri: 'file:///var/lib/stockout', persistentVolumeClaim: { claimName: SMALL_CLAIM } },
      data: { rawTable, featuresTable: `${rawTable}_features` },
      training: { params: { rounds: 20, maxDepth: 3 }, split: { testDays: 30 } },
      gates: [{ metric: 'auc', min: '0.6' }],
      serving: { replicas: 1, service: { type: 'LoadBalancer' }, rollout: { rollbackWindowSeconds: 5 } },
      ...spec,
    },
  };
}

export function scoringObject(name: string, model: string, spec: Spec = {}) {
  return {
    apiVersion: API_VERSION,
    kind: 'ScoringJob',
    metadata: { name, namespace: 'default' },
    spec: {
      modelRef: { name: model },
      input: { table: SMALL_TABLE, lastDays: 7 },
      output: { table: `${name}_predictions`, mode: 'Overwrite' },
      ...spec,
    },
  };
}

export function conditionOf(object: StockoutModel | ScoringJob, type: string): Condition | undefined {
  return object.status?.conditions?.find((each) => each.type === type);
}

function isObserved({ metadata, status }: StockoutModel | ScoringJob): boolean {
  return status?.observedGeneration === metadata.generation;
}

function has(object: StockoutModel | ScoringJob, type: string, reason: string): boolean {
  return conditionOf(object, type)?.reason === reason;
}

export function volumeClaim(name = SMALL_CLAIM): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
  } as KubernetesObject;
}
