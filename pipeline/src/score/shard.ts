import { openDuckDB } from '@stockout/features';
import type { Storage } from '@stockout/storage';
import { z } from 'zod';
import type { PipelineContext } from '../context.ts';
import type { AddFile } from '../tables/actions.ts';
import { deleteDataFiles, type WrittenFiles, writeDataFiles } from '../tables/data-files.ts';
import { locateTable } from '../tables/locate.ts';
import type { Scorer } from '../xgboost/scorer.ts';
import { PIECE_ROWS, piecesOf } from './pieces.ts';
import { type ScoringPlan, isOfShard, planFeatures, requireFeatures } from './plan.ts';
import { type ScoringWork, scoreRows } from './score-rows.ts';
import { readStored, requireStored } from './stored.ts';

/** What a shard has scored: files that lie in the predictions table's folder and are not yet part of it. */
export const shardSchema = z.object({
  formatVersion: z.literal(1),
  fields: z.array(z.object({ name: z.string(), type: z.string(), nullable: z.boolean() })),
  adds: z.array(z.custom<AddFile>((value) => typeof (value as AddFile | null)?.path === 'string')),
  rows: z.int().nonnegative(),
  atRisk: z.int().nonnegative(),
  seconds: z.number(),
});
export type Shard = z.infer<typeof shardSchema>;

/** Which shard of a plan is made, and where it is published. */
export interface ShardRequest {
  key: string;
  plan: ScoringPlan;
  /** From 0. */
  shard: number;
}

/** The shard that was published under the key, or else the one that is made now; of two at once the first wins. */
export async function publishShard(
  context: PipelineContext,
  storage: Storage,
  { key, plan, shard: number }: ShardRequest,
  openScorer: () => Promise<Scorer & Partial<AsyncDisposable>>,
): Promise<Shard> {
  const standing = await readStored(storage, key, shardSchema);
  if (standing !== undefined) return standing;
  const shard = await makeShard(context, plan, number, openScorer);
  if (await storage.putIfAbsent(key, JSON.stringify(shard))) return shard;
  const winner = await requireStored(storage, key, shardSchema);
  // A client that tried again by itself may have lost to its own first try.
  const needed = new Set(winner.adds.map(({ path }) => path));
  const table = locateTable(context, plan.output.table);
  await deleteDataFiles(
    table,
    shard.adds.filter(({ path }) => !needed.has(path)),
  );
  return winner;
}

async function makeShard(
  context: PipelineContext,
  plan: ScoringPlan,
  number: number,
  openScorer: () => Promise<Scorer & Partial<AsyncDisposable>>,
): Promise<Shard> {
  const start = performance.now();
  await using stack = new AsyncDisposableStack();
  const features = stack.use(await planFeatures(context, plan));
  const scorer = await openScorer();
  stack.defer(async () => scorer[Symbol.asyncDispose]?.());
  const db = stack.use(await openDuckDB({ signal: context.signal }));
  requireFeatures(plan, scorer.features, features.features);
  const where = isOfShard(plan, number);
  const [counted] = await db.rows<{ rows: number }>(
    `SELECT count(*) AS rows FROM ${features.relation} WHERE ${where}`,
  );
  const total = counted?.rows ?? 0;
  const { relation, files } = features;
  const isOne = files === undefined || total <= PIECE_ROWS;
  const pieces = isOne ? [relation] : piecesOf(files, total / features.rows);
  const scored = await scorePieces({ context, db, plan, where, scorer, total, done: 0 }, pieces);
  const seconds = Math.round(performance.now() - start) / 1000;
  return shardSchema.parse({ formatVersion: 1, ...scored, seconds });
}

type Scored = WrittenFiles & Pick<Shard, 'atRisk'>;

async function scorePieces(work: ScoringWork, pieces: readonly string[]): Promise<Scored> {
  const table = locateTable(work.context, work.plan.output.table);
  const all: Scored = { fields: [], adds: [], rows: 0, atRisk: 0 };
  try {
    for (const piece of pieces) {
      const { fields, adds, rows } = await writeDataFiles(work.db, table, await scoreRows(work, piece));
      const [counted] = await work.db.rows<{ rows: number }>(
        `SELECT count(*) AS rows FROM scores WHERE score >= ${work.scorer.threshold}`,
      );
      all.fields = fields;
      all.adds.push(...adds);
      all.rows += rows;
      all.atRisk += counted?.rows ?? 0;
    }
    return all;
  } catch (error) {
    await deleteDataFiles(table, all.adds);
    throw error;
  }
}
