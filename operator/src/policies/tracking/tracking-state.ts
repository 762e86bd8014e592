import {
  ALIASES,
  type Alias,
  allPassed,
  digestOfTarget,
  judgeGates,
  type RegisterResult,
  type Tracked,
  type TrackingRecord,
} from '@stockout/contracts';
import type { Untold } from '../../resources/register-job.ts';
import type { VersionRecord } from '../../resources/version-record.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';

/** A termination message holds no more. */
const VERSIONS_PER_JOB = 16;

/** What Kubernetes has decided; undefined: no version. */
export type AliasTargets = Record<Alias, string | undefined>;

/** What MLflow shows under today's spec: by its own Jobs, and by trainings that told it themselves. */
export function knownOf({ model, versions, tracking }: ObservedModel): TrackingRecord {
  const { mlflow } = model.spec.tracking ?? {};
  const target = mlflow === undefined ? '' : digestOfTarget(mlflow);
  const trained = versions.flatMap(({ version, mlflow: told }): [string, Tracked][] =>
    told !== undefined && told.target === target ? [[version, told]] : [],
  );
  const record = tracking?.target === target ? tracking : undefined;
  return {
    target,
    finishedAt: record?.finishedAt ?? '',
    versions: { ...Object.fromEntries(trained), ...record?.versions },
    skipped: record?.skipped ?? {},
    aliases: record?.aliases ?? {},
  };
}

/** What MLflow does not show yet, or shows otherwise; newest versions first. */
export function untoldOf(observed: ObservedModel, known: TrackingRecord, wanted: AliasTargets): Untold {
  const untold = observed.versions.filter((record) => isUntold(observed, known, record));
  return {
    versions: untold.slice(0, VERSIONS_PER_JOB).map(({ version }) => version),
    aliases:
      observed.model.spec.tracking?.mlflow?.registeredModel === undefined
        ? {}
        : moves(observed, known, wanted),
  };
}

export function isNothing({ versions, aliases }: Untold): boolean {
  return versions.length === 0 && Object.keys(aliases).length === 0;
}

function isUntold({ model }: ObservedModel, known: TrackingRecord, record: VersionRecord): boolean {
  if (record.version in known.skipped) return false;
  // As `stockout register` judges: by today's gates, beside what served when it was evaluated.
  const passed = allPassed(judgeGates(model.spec.gates, record, record.champion?.version));
  return known.versions[record.version]?.passed !== passed;
}

function moves({ versions }: ObservedModel, known: TrackingRecord, wanted: AliasTargets): Untold['aliases'] {
  const moved = ALIASES.flatMap((alias): [Alias, string | null][] => {
    const to = wanted[alias] ?? null;
    const isThere = to === null || versions.some(({ version }) => version === to);
    if (!isThere || (to !== null && to in known.skipped)) return [];
    return (known.aliases[alias] ?? null) === to ? [] : [[alias, to]];
  });
  return Object.fromEntries(moved);
}

/** The record with what a Job has told since, without versions that are no longer on record themselves. */
export function recordResult(
  { versions }: ObservedModel,
  known: TrackingRecord,
  result: RegisterResult,
  finishedAt: string,
): TrackingRecord {
  const kept = <T>(all: Record<string, T>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(all).filter(([name]) => versions.some(({ version }) => version === name)),
    );
  const told = result.versions.map(({ version, ...tracked }) => [version, tracked] as const);
  const skipped = result.skipped.map(({ version, message }) => [version, message] as const);
  return {
    target: known.target,
    finishedAt,
    versions: kept({ ...known.versions, ...Object.fromEntries(told) }),
    skipped: kept({ ...known.skipped, ...Object.fromEntries(skipped) }),
    aliases: { ...known.aliases, ...result.aliases },
  };
}
