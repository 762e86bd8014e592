import { type EvaluateResult, type Metrics, packResults, type TrainResult } from '@stockout/contracts';
import type { Job } from '../api/kubernetes.ts';
import { modelOfManifest } from '../resources/manifest-file.ts';
import { ANNOTATION } from '../resources/names.ts';
import type { FakeCluster } from '../testing/fake-cluster.ts';
import { aTrainResult, GOOD } from '../testing/builders.ts';

/** What a model of that many rounds is worth, and what gates may ask for: some pass all, some none. */
const AUC = new Map([
  [1, 0.8],
  [100, 0.96],
  [200, 0.98],
  [300, 0.9935],
]);
export const ROUNDS = [...AUC.keys()];

/** What lies in storage: each run's version, whichever model it was made for. No training compares it with another. */
export class MadeVersions {
  readonly #made = new Map<string, TrainResult>();
  /** Of the raw table. */
  #dataVersion = 12;

  /** As `packResults` tells of them, newest first. */
  get packed(): string {
    return packResults([...this.#made.values()].toReversed());
  }

  /** The raw table has another version. */
  deliver(): void {
    this.#dataVersion++;
  }

  /** What the pod of a training says at its end. */
  train(job: Job, now: Date): TrainResult {
    const made = this.#made.get(job.metadata.name) ?? this.#unchanged(job) ?? this.#make(job, now);
    this.#made.set(made.run, made);
    return made;
  }

  #make({ metadata, spec }: Job, now: Date): TrainResult {
    const { params } = modelOfManifest(spec.template).spec.training ?? {};
    const auc = AUC.get(params?.rounds ?? 0) ?? 0;
    const scheduledFor = metadata.annotations?.[ANNOTATION.scheduledFor];
    return aTrainResult(`v${this.#made.size + 1}`, {
      run: metadata.name,
      metrics: { ...GOOD, auc },
      dataVersion: this.#dataVersion,
      trainedAt: now.toISOString(),
      ...(scheduledFor === undefined ? {} : { scheduledFor }),
    });
  }

  /** A training that only other data asks for makes nothing of the same. */
  #unchanged({ spec }: Job): TrainResult | undefined {
    const { args = [] } = spec.template.spec.containers[0] ?? {};
    const known = args.includes('--unless-data-of') ? args[args.indexOf('--unless-data-of') + 1] : undefined;
    const version = [...this.#made.values()].find((made) => made.version === known);
    return version?.dataVersion === this.#dataVersion ? version : undefined;
  }

  /** What the pod of a comparison says at its end. */
  compare({ metadata }: Job): EvaluateResult {
    const [version = '', champion = ''] = metadata.name.match(/v\d+/g) ?? [];
    const theirs = { version: champion, metrics: this.#metricsOf(champion) };
    return { kind: 'evaluate', version, metrics: this.#metricsOf(version), champion: theirs };
  }

  aucOf(version: string | undefined): number {
    return this.#metricsOf(version).auc ?? 0;
  }

  #metricsOf(version: string | undefined): Metrics {
    const found = [...this.#made.values()].find((made) => made.version === version);
    return found?.metrics ?? { ...GOOD, auc: 0 };
  }
}

/** Kubernetes removes Jobs that ended as long ago as they say. */
export function expireComparisons({ stores, now }: FakeCluster): void {
  for (const job of [...stores.jobs.values()].filter(({ metadata }) => /-evaluate-/.test(metadata.name))) {
    const ended = Date.parse(job.status?.conditions?.[0]?.lastTransitionTime ?? '');
    const { ttlSecondsAfterFinished = 0 } = job.spec;
    if (ended + ttlSecondsAfterFinished * 1000 <= now.getTime()) stores.jobs.delete(job);
  }
}
