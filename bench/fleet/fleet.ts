import type { Condition, ObjectMeta, ScoringJob, StockoutModel } from '@stockout/crds';
import { SCORING_JOB, STOCKOUT_MODEL } from '../../operator/src/kube/kinds.ts';
import { Reflector } from '../../operator/src/kube/reflector.ts';
import { Store } from '../../operator/src/kube/store.ts';
import { type Cluster, inParallel } from './cluster.ts';

const NAMESPACE = 'default';
const API_VERSION = 'stockout.dev/v1alpha1';
const WIDTH = 16;

/** Models, and a scoring job of each, as their users see them. */
export class Fleet {
  readonly models = new Store<StockoutModel>();
  readonly #scoringJobs = new Store<ScoringJob>();
  readonly #cluster: Cluster;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>[];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const reflectors = [
      new Reflector(cluster.client, STOCKOUT_MODEL, this.models, { selection: {} }, () => {}),
      new Reflector(cluster.client, SCORING_JOB, this.#scoringJobs, { selection: {} }, () => {}),
    ];
    this.#running = reflectors.map((reflector) => reflector.run(this.#abort.signal));
  }

  async create(size: number): Promise<void> {
    const names = Array.from({ length: size }, (_, i) => `model-${i}`);
    await inParallel(names, WIDTH, async (name) => {
      await this.#cluster.create(STOCKOUT_MODEL, modelOf(name), NAMESPACE);
      await this.#cluster.create(SCORING_JOB, scoringJobOf(name), NAMESPACE);
    });
  }

  /** How many of both kinds are ready, as of their newest spec. */
  settled(): number {
    return [...this.models.values(), ...this.#scoringJobs.values()].filter(isReady).length;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }
}

function isReady({
  metadata,
  status,
}: {
  metadata: ObjectMeta;
  status?: { conditions?: Condition[] };
}): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}

/** Nothing but what every user has to say. */
function modelOf(name: string): object {
  return {
    apiVersion: API_VERSION,
    kind: 'StockoutModel',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      storage: { uri: 'file:///var/lib/stockout', persistentVolumeClaim: { claimName: 'stockout-data' } },
      training: {},
      serving: { service: { type: 'LoadBalancer' } },
    },
  };
}

function scoringJobOf(name: string): object {
  return {
    apiVersion: API_VERSION,
    kind: 'ScoringJob',
    metadata: { name, namespace: NAMESPACE },
    spec: { modelRef: { name }, input: { lastDays: 30 } },
  };
}
