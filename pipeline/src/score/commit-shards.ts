import { StockoutError } from '@stockout/contracts';
import { type DuckDB, openDuckDB } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import type { AddFile } from '../tables/actions.ts';
import { dataKey, deleteDataFiles, writeDataFiles } from '../tables/data-files.ts';
import { locateTable } from '../tables/locate.ts';
import type { TableLocation } from '../tables/log.ts';
import { filesWithDays, openRelation } from '../tables/relation.ts';
import { type Snapshot, exists, transactionVersion } from '../tables/snapshot.ts';
import { boundsOf } from '../tables/stats.ts';
import { type Draft, commit } from '../tables/table.ts';
import type { ScoringPlan } from './plan.ts';
import type { Shard } from './shard.ts';

/** How runs are called across their table. */
export interface RunNames {
  appId: string;
  replaced: readonly string[];
}

/**
 * All shards of a run in one commit, once: the run is a transaction of the table, whose version is the table's own
 * at that commit. So whoever tries again learns from any later snapshot what came of the run.
 * The runs that this one replaces count as committed with it: should a pod of theirs still be at work, on a node that
 * nobody hears of any more, it finds nothing left to do.
 * @returns the version of the predictions table that holds the run's rows
 */
export async function commitShards(
  context: PipelineContext,
  plan: ScoringPlan,
  { appId, replaced }: RunNames,
  shards: readonly Shard[],
): Promise<number> {
  await using db = await openDuckDB({ signal: context.signal });
  const table = locateTable(context, plan.output.table);
  let kept: readonly AddFile[] = [];
  const discardKept = async () => {
    await deleteDataFiles(table, kept);
    kept = [];
  };
  const draft = async (current: Snapshot): Promise<Draft | undefined> => {
    await discardKept();
    if (transactionVersion(current, appId) !== undefined) return undefined;
    await requireFiles(table, appId, shards);
    const files = await replacedFiles(db, table, current, plan);
    kept = files.kept;
    return {
      operation: 'WRITE',
      operationParameters: { mode: plan.output.mode === 'Append' ? 'Append' : 'Overwrite' },
      fields: shards[0]?.fields ?? [],
      adds: [...shards.flatMap(({ adds }) => adds), ...kept],
      removes: files.removes,
      replacesSchema: plan.output.mode === 'Overwrite',
      transactions: [appId, ...replaced].map((each) => ({ appId: each })),
    };
  };
  const { snapshot } = await commit(db, table, draft, discardKept);
  // Its own commit is in the snapshot too.
  return transactionVersion(snapshot, appId) as number;
}

/** A run that is taken up after a long time may find that vacuum took its files for those of a killed writer. */
async function requireFiles(table: TableLocation, appId: string, shards: readonly Shard[]): Promise<void> {
  const there = new Set((await table.storage.list(table.path)).map(({ key }) => key));
  const missing = shards.flatMap(({ adds }) => adds).find(({ path }) => !there.has(dataKey(table, path)));
  if (missing === undefined) return;
  throw new StockoutError(
    `${dataKey(table, missing.path)} of ${appId} is not in ${table.storage.uri} any more, as after a vacuum: score again under the name of another run`,
  );
}

interface Replaced {
  removes: AddFile[];
  /** The rows of removed files that stay. */
  kept: AddFile[];
}

async function replacedFiles(
  db: DuckDB,
  table: TableLocation,
  current: Snapshot,
  plan: ScoringPlan,
): Promise<Replaced> {
  const { firstDay, lastDay } = plan.input;
  if (!exists(current) || plan.output.mode === 'Append') return { removes: [], kept: [] };
  if (plan.output.mode === 'Overwrite') return { removes: [...current.files.values()], kept: [] };
  const removes = filesWithDays(current.files.values(), firstDay, lastDay);
  const partly = removes.filter((file) => !liesWithin(file, firstDay, lastDay));
  if (partly.length === 0) return { removes, kept: [] };
  await using relation = await openRelation(table, current, partly);
  const rest = `SELECT * FROM ${relation.sql} WHERE (date BETWEEN DATE '${firstDay}' AND DATE '${lastDay}') IS NOT TRUE`;
  return { removes, kept: (await writeDataFiles(db, table, rest)).adds };
}

function liesWithin({ stats }: AddFile, firstDay: string, lastDay: string): boolean {
  const bounds = boundsOf(stats, 'date');
  return (
    bounds?.min !== undefined && bounds.max !== undefined && bounds.min >= firstDay && bounds.max <= lastDay
  );
}
