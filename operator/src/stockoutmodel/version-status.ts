import {
  allPassed,
  type Baseline,
  type GateVerdict,
  METRIC_NAMES,
  type Metrics,
  toDecimal,
} from '@stockout/contracts';
import type { VersionStatus } from '@stockout/crds';
import { type Finding, REASON } from '../conditions.ts';
import type { VersionRecord } from '../resources/version-record.ts';

/** The API's limits on status.versions. */
const MAX_WARNINGS = 16;
const MAX_TEXT = 1024;

/** What became of a version besides its gates. */
export interface VersionFate {
  mlflowRunId: string | undefined;
  /** Why it was given up as a candidate, while that stands. */
  refused: Finding | undefined;
}

/** One entry of status.versions: decimals are strings, what is not defined is left out. */
export function versionStatusOf(
  record: VersionRecord,
  gates: readonly GateVerdict[],
  { mlflowRunId, refused }: VersionFate,
): VersionStatus {
  const { version, trainedAt, dataVersion, digest, uri, metrics, baseline, confusionMatrix } = record;
  // The message explains the state, and gates have their own.
  const fate = allPassed(gates) ? refused : { reason: REASON.gatesFailed, message: undefined };
  return {
    name: version,
    state: fate?.reason ?? REASON.gatesPassed,
    ...(fate?.message === undefined ? {} : { message: fate.message.slice(0, MAX_TEXT) }),
    trainedAt,
    dataVersion,
    digest,
    uri,
    metrics: decimalsOf(metrics),
    ...(baseline === undefined ? {} : { baseline: baselineOf(baseline) }),
    confusionMatrix,
    gates: gates.map(gateOf),
    ...(mlflowRunId === undefined ? {} : { mlflowRunId }),
    warnings: record.warnings.slice(0, MAX_WARNINGS).map((warning) => warning.slice(0, MAX_TEXT)),
  };
}

export function metricsStatusOf({ metrics }: VersionRecord): NonNullable<VersionStatus['metrics']> {
  return decimalsOf(metrics);
}

function decimalsOf(metrics: Metrics): NonNullable<VersionStatus['metrics']> {
  const known = METRIC_NAMES.flatMap((name) => {
    const value = metrics[name];
    return value === null ? [] : [[name, toDecimal(value)] as const];
  });
  return Object.fromEntries(known);
}

function baselineOf({ feature, auc, prAuc, f1 }: Baseline): NonNullable<VersionStatus['baseline']> {
  return {
    feature,
    ...(auc === null ? {} : { auc: toDecimal(auc) }),
    ...(prAuc === null ? {} : { prAuc: toDecimal(prAuc) }),
    ...(f1 === null ? {} : { f1: toDecimal(f1) }),
  };
}

function gateOf(verdict: GateVerdict): NonNullable<VersionStatus['gates']>[number] {
  const { metric, rule, threshold, value, passed, reason, message } = verdict;
  return {
    metric,
    rule,
    threshold,
    ...(value === null ? {} : { value: toDecimal(value) }),
    passed,
    reason,
    message: message.slice(0, MAX_TEXT),
  };
}
