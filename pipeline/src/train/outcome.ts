import {
  type Confidence,
  type GateVerdict,
  type Manifest,
  MAX_RESULT_BYTES,
  type Search,
  StockoutError,
  type TrainResult,
  versionPath,
} from '@stockout/contracts';
import type { Storage } from '@stockout/storage';

/** What is told of a version that was trained or evaluated. */
export interface TrainOutcome extends Omit<TrainResult, 'kind' | 'gates'> {
  gates: GateVerdict[];
  confidence?: Confidence;
  /** Why MLflow does not show it, though it was asked for. */
  untracked?: string;
  search?: Search;
  coldStart?: Manifest['coldStart'];
}

/** @param seconds that this command took: a retried run that finds its version done takes none */
export function outcomeOf(manifest: Manifest, storage: Storage, seconds: number): TrainOutcome {
  const { run, version, digest, trainedAt, metrics, confusionMatrix, baseline, champion, gates } = manifest;
  const { scheduledFor, confidence, search, coldStart } = manifest;
  return {
    run,
    version,
    uri: `${storage.uri.replace(/\/$/, '')}/${versionPath(manifest.namespace, manifest.model, version)}`,
    digest,
    trainedAt,
    ...(scheduledFor && { scheduledFor }),
    dataVersion: manifest.data.version,
    features: manifest.features.map((feature) => feature.name),
    metrics,
    confusionMatrix,
    ...(baseline && { baseline }),
    ...(champion && { champion }),
    ...(confidence && { confidence }),
    ...(search && { search }),
    ...(coldStart && { coldStart }),
    gates,
    warnings: manifest.warnings,
    seconds,
  };
}

const SHORT_WARNING = 160;

/**
 * The outcome as a Job's termination message. What the operator can do without is given up, step by step, until it
 * fits: the intervals and the quality on new stores (no gate needs them), long warnings, all warnings (the report has them), then the gates' verdicts (the operator judges by itself).
 * @throws StockoutError when even the rest is longer than a termination message may be
 */
export function toTrainResult({
  confidence: _confidence,
  search: _search,
  untracked: _untracked,
  coldStart: _coldStart,
  ...outcome
}: TrainOutcome): TrainResult {
  const gates = outcome.gates.map(({ message: _message, ...verdict }) => verdict);
  const whole: TrainResult = { kind: 'train', ...outcome, gates };
  const count = outcome.warnings.length;
  const attempts: TrainResult[] = [
    whole,
    { ...whole, warnings: outcome.warnings.map((warning) => shorten(warning, SHORT_WARNING)) },
    { ...whole, warnings: [`${count} warnings, see report.html`] },
    { ...whole, warnings: [], gates: gates.filter((verdict) => !verdict.passed) },
    { ...whole, warnings: [], gates: [] },
  ];
  const fitting = attempts.find((each) => Buffer.byteLength(JSON.stringify(each)) <= MAX_RESULT_BYTES);
  if (fitting) return fitting;
  throw new StockoutError(
    `the result of ${outcome.version} does not fit into ${MAX_RESULT_BYTES} bytes: shorten the storage's URI or the names of its covariates`,
  );
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
