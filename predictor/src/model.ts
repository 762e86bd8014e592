import { type Manifest, scoreOfMargin } from '@stockout/contracts';
import { GoldenKey } from './auth/golden-key.ts';
import { labelOf } from './batch/score-batch.ts';
import { Explainer } from './explain/explainer.ts';
import { RowReader } from './features.ts';
import { FlatTrees } from './trees/flat-trees.ts';
import { type BoostedTrees, parseUbj } from './trees/parse-ubj.ts';
import { IntegrityError } from './version/integrity-error.ts';
import type { Version } from './version/load-version.ts';

/** One loaded model version, for single rows and small batches on the thread that asks. */
export class Model {
  readonly manifest: Manifest;
  readonly reader: RowReader;
  /** As model.ubj has them. */
  readonly boosted: BoostedTrees;
  readonly trees: FlatTrees;
  readonly explainer: Explainer;
  readonly goldenKey: GoldenKey;
  /** Features a row. */
  readonly width: number;

  /** @throws {IntegrityError} when model.ubj is not a model of the manifest's features */
  constructor({ manifest, ubj }: Version) {
    const boosted = parseUbj(ubj);
    const names = manifest.features.map((feature) => feature.name);
    const same = boosted.featureNames.length === 0 || boosted.featureNames.join() === names.join();
    if (boosted.featureCount !== names.length || !same) {
      const found = boosted.featureNames.join(', ') || boosted.featureCount;
      throw new IntegrityError(`model.ubj has the features ${found}; manifest.json says ${names.join(', ')}`);
    }
    this.manifest = manifest;
    this.reader = new RowReader(manifest.features);
    this.boosted = boosted;
    this.trees = new FlatTrees(boosted, scoreOfMargin(manifest.calibration));
    const { features, threshold, calibration } = manifest;
    this.explainer = new Explainer(boosted, this.trees, {
      features,
      threshold: threshold.value,
      calibration,
    });
    this.goldenKey = new GoldenKey(manifest);
    this.width = names.length;
  }

  label(score: number): 0 | 1 {
    return labelOf(score, this.manifest.threshold.value);
  }
}
