import { InputError } from '@stockout/contracts';
import type { ScoringJob } from '@stockout/crds';
import { openDuckDB } from '@stockout/features';
import type { Storage } from '@stockout/storage';
import { type PipelineContext, storageOf } from './context.ts';
import { rejectedTableOf } from './ingest/rejected.ts';
import { runsFolder, tablesOfPlan } from './score/plan.ts';
import { locateTable } from './tables/locate.ts';
import type { TableLocation } from './tables/log.ts';
import { type Vacuumed, vacuumTable } from './tables/vacuum-table.ts';
import { modelPath } from './versions/version-folder.ts';

export interface VacuumOptions {
  /** Counts what would be removed, and removes nothing. */
  dryRun?: boolean | undefined;
  /** Default, and the least without `allowShortRetention`: 168. */
  retentionHours?: number | undefined;
  /** For who knows that nothing writes or reads. */
  allowShortRetention?: boolean | undefined;
  /** Further jobs of the model; those that have run are found by their runs. */
  jobs?: readonly ScoringJob[] | undefined;
}

export interface VacuumResult extends Vacuumed {
  tables: ({ table: string } & Vacuumed)[];
}

const HOUR = 3_600_000;
/** The longest that a Job may run (activeDeadlineSeconds): it may commit the file that it wrote first at its end. */
const SAFE_HOURS = 168;

/**
 * `stockout vacuum`: removes from the model's tables the files that no version within the retention needs.
 * Time travel to older versions ends with it, but for the one that spec.data.version names.
 * @throws InputError when the retention is shorter than is safe, or a table uses what is not understood here
 */
export async function vacuum(context: PipelineContext, options: VacuumOptions = {}): Promise<VacuumResult> {
  const { dryRun = false, retentionHours = SAFE_HOURS, allowShortRetention = false } = options;
  if (retentionHours < SAFE_HOURS && !allowShortRetention) {
    throw new InputError(
      `a retention of ${retentionHours} hours is shorter than a Job may run (${SAFE_HOURS}): a file that one is about to ` +
        'commit could be removed. Where nothing runs, say --allow-short-retention',
    );
  }
  const { data } = context.model.spec;
  await using db = await openDuckDB({ signal: context.signal });
  const result: VacuumResult = { files: 0, bytes: 0, tables: [] };
  const tables = await tablesOf(context, options.jobs ?? []);
  for (const [done, location] of tables.entries()) {
    context.signal?.throwIfAborted();
    context.report?.({ step: location.name, done, total: tables.length });
    const now = Date.now();
    const pinned = location.name === data.rawTable && data.version !== undefined ? [data.version] : [];
    const retention = retentionHours * HOUR;
    const removed = await vacuumTable(db, location, { now, retention, dryRun, pinned });
    result.files += removed.files;
    result.bytes += removed.bytes;
    result.tables.push({ table: location.name, ...removed });
  }
  return result;
}

/** Raw, rejected, features, predictions: by the manifests, and by the runs that the storage knows of. */
async function tablesOf(context: PipelineContext, jobs: readonly ScoringJob[]): Promise<TableLocation[]> {
  const { data } = context.model.spec;
  // No tables, but killed writers leave half-written files there as well.
  const { namespace, name } = context.model.metadata;
  const folders = [runsFolder(namespace), modelPath(namespace, name)];
  const inputs = jobs.map(({ spec }) => spec.input.table).filter((table) => table !== undefined);
  const names = [
    data.featuresTable,
    ...inputs.filter((table) => table !== data.rawTable).map((table) => `${table}_features`),
    ...jobs.map(({ spec }) => spec.output.table),
    ...(await tablesOfRuns(storageOf(context), namespace)),
  ];
  const raws = [data.rawTable, ...inputs].map((table) => locateTable(context, table));
  const all = [
    ...raws,
    ...raws.map(rejectedTableOf),
    ...[...names, ...folders].map((path) => locateTable(context, path)),
  ];
  return [...new Map(all.map((table) => [`${table.storage.uri} ${table.path}`, table])).values()];
}

/** Of the last run of every job. */
async function tablesOfRuns(storage: Storage, namespace: string): Promise<string[]> {
  const newest = new Map<string, { key: string; at: number }>();
  for (const { key, modifiedAt } of await storage.list(runsFolder(namespace))) {
    const [, job] = /^runs\/[^/]+\/([^/]+)\/[^/]+\/plan\.json$/.exec(key) ?? [];
    const at = modifiedAt.getTime();
    if (job !== undefined && at > (newest.get(job)?.at ?? 0)) newest.set(job, { key, at });
  }
  const tables = await Promise.all([...newest.values()].map(({ key }) => tablesOfPlan(storage, key)));
  return tables.flat();
}
