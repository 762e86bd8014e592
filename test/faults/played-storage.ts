import {
  type EvaluateResult,
  type Metrics,
  packResults,
  type RunResult,
  type TrainResult,
} from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { Pod } from '../../localcluster/src/types.ts';
import { ANNOTATION, LABEL } from '../../operator/src/resources/names.ts';
import { aTrainResult, GOOD, POOR } from '../../operator/src/testing/builders.ts';
import type { Ending, PlayedWork } from './played-node.ts';

/** A model of one round is hopeless. */
export const HOPELESS_ROUNDS = 1;

/** What runs leave where tables and versions lie: each run its own, once, however often it is run. */
export class PlayedStorage implements PlayedWork {
  readonly #versions = new Map<string, TrainResult>();
  readonly #commits = new Map<string, number>();

  /** Names of versions, in the order of their making. */
  get versions(): string[] {
    return Array.from(this.#versions.values(), ({ version }) => version);
  }

  /** Commits of predictions, one a run. */
  get commits(): number {
    return this.#commits.size;
  }

  endingOf(pod: Pod): Ending {
    return { exitCode: 0, reason: 'Completed', message: JSON.stringify(this.#resultOf(pod)) };
  }

  /** What a Job's pod says at its end. */
  #resultOf(pod: Pod): RunResult {
    const run = pod.metadata.labels?.[LABEL.run] ?? '';
    switch (pod.spec.containers[0]?.args?.[0]) {
      case 'score':
        return this.#score(run, pod);
      case 'evaluate':
        return this.#compare(pod);
      case 'recover':
        return this.#recover();
      case 'remove-versions':
        return this.#remove();
      default:
        return this.#train(run, pod);
    }
  }

  #train(run: string, pod: Pod): RunResult {
    const next = `v${this.#versions.size + 1}`;
    const result = this.#versions.get(run) ?? aTrainResult(next, { run, metrics: metricsOf(pod) });
    this.#versions.set(run, result);
    return result;
  }

  #compare({ spec }: Pod): EvaluateResult {
    const { args = [] } = spec.containers[0] ?? {};
    const [version = '', champion = ''] = ['--version', '--against'].map(
      (name) => args[args.indexOf(name) + 1],
    );
    const metricsOfVersion = (name: string): Metrics =>
      [...this.#versions.values()].find((each) => each.version === name)?.metrics ?? POOR;
    const theirs = { version: champion, metrics: metricsOfVersion(champion) };
    return { kind: 'evaluate', version, metrics: metricsOfVersion(version), champion: theirs };
  }

  /** For an operator that misses versions, since what it was told is old. */
  #recover(): RunResult {
    const packed = packResults([...this.#versions.values()].toReversed());
    return { kind: 'recover', packed, absent: [], passedOver: [], left: [] };
  }

  #remove(): RunResult {
    const versions = this.#versions.size;
    this.#versions.clear();
    return { kind: 'remove', versions, files: 4 * versions };
  }

  #score(run: string, pod: Pod): RunResult {
    const tableVersion = this.#commits.get(run) ?? this.#commits.size;
    this.#commits.set(run, tableVersion);
    const version = pod.metadata.labels?.[LABEL.version] ?? '';
    return { kind: 'score', run, version, rows: 70, atRisk: 7, tableVersion, seconds: 1 };
  }
}

function metricsOf({ metadata }: Pod): Metrics {
  const model = JSON.parse(metadata.annotations?.[ANNOTATION.manifest] ?? '') as StockoutModel;
  return model.spec.training?.params.rounds === HOPELESS_ROUNDS ? POOR : GOOD;
}
