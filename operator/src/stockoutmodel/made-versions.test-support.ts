import { type EvaluateResult, type Metrics, packResults, type TrainResult } from '@stockout/contracts';
import type { Job } from '../api/kubernetes.ts';
import { modelOfManifest } from '../resources/manifest-file.ts';
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

  /** As `packResults` tells of them, newest first. */
  get packed(): string {
    return packResults([...this.#made.values()].toReversed());
  }

  /** What the pod of a training says at its end. */
  train(job: Job): TrainResult {
    const run = job.metadata.name;
    const { params } = modelOfManifest(job.spec.template).spec.training ?? {};
    const auc = AUC.get(params?.rounds ?? 0) ?? 0;
    const next = `v${this.#made.size + 1}`;
    const made = this.#made.get(run) ?? aTrainResult(next, { run, metrics: { ...GOOD, auc } });
    this.#made.set(run, made);
    return made;
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
