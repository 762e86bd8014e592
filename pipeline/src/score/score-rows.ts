import { DOUBLE, DuckDBDataChunk, INTEGER } from '@duckdb/node-api';
import { StockoutError } from '@stockout/contracts';
import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import type { Scorer } from '../xgboost/scorer.ts';
import { sharedFloats } from '../xgboost/shared-memory.ts';
import type { ScoringPlan } from './plan.ts';

/** Rows in one call of the scorer. */
const BATCH_ROWS = 65_536;
/** What DuckDB takes at once. */
const CHUNK_ROWS = 2048;

/** How a run is scored, for each of its pieces. */
export interface ScoringWork {
  context: PipelineContext;
  db: DuckDB;
  plan: ScoringPlan;
  /** SQL: the rows that are scored. */
  where: string;
  scorer: Scorer;
  /** Rows in all pieces, and how many of them are scored. */
  total: number;
  done: number;
}

/**
 * Scores the wanted rows of a relation of features into the temporary tables `input` and `scores`, in place of what they
 * held.
 * @returns the SELECT of the predictions table's rows
 */
export async function scoreRows(work: ScoringWork, relation: string): Promise<string> {
  const { db, plan, scorer, where } = work;
  const columns = scorer.features.map((name) => {
    const column = quoteIdentifier(name);
    return `coalesce(CAST(${column} AS FLOAT), CAST('NaN' AS FLOAT)) AS ${column}`;
  });
  await db.run(
    `CREATE OR REPLACE TEMP TABLE input AS SELECT store_id, product_id, date, ${columns.join(', ')} FROM ${relation}
      WHERE ${where} ORDER BY store_id, product_id, date`,
  );
  await db.run('CREATE OR REPLACE TEMP TABLE scores ("row" INTEGER, score DOUBLE)');
  await fillScores(work);
  await checkScores(db, plan);
  return `SELECT store_id, product_id, date, score AS stockout_risk_score,
      CAST(score >= ${scorer.threshold} AS INTEGER) AS stockout_risk_label,
      ${quoteLiteral(plan.version)} AS model_version, TIMESTAMPTZ ${quoteLiteral(plan.createdAt)} AS scored_at
    FROM input JOIN scores ON input.rowid = scores."row" ORDER BY store_id, product_id, date`;
}

async function fillScores(work: ScoringWork): Promise<void> {
  const { context, db, scorer, total } = work;
  const [counted] = await db.rows<{ rows: number }>('SELECT count(*) AS rows FROM input');
  const inPiece = counted?.rows ?? 0;
  const width = scorer.features.length;
  const names = scorer.features.map(quoteIdentifier).join(', ');
  // In shared memory, so that the scorer's thread needs no copy of each batch.
  const matrix = sharedFloats(BATCH_ROWS * width);
  // The appender has a connection's transaction to itself, beside the one that reads.
  const appender = await db.connection.createAppender('scores', 'main', 'temp');
  for (let first = 0; first < inPiece; first += BATCH_ROWS) {
    const rows = await readBatch(
      db,
      `SELECT ${names} FROM input WHERE rowid >= ${first} AND rowid < ${first + BATCH_ROWS} ORDER BY rowid`,
      width,
      matrix,
    );
    const scores = await scorer.score(matrix.subarray(0, rows * width), rows);
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const part = scores.subarray(from, Math.min(from + CHUNK_ROWS, rows));
      const chunk = DuckDBDataChunk.create([INTEGER, DOUBLE], part.length);
      chunk.setColumnValues(
        0,
        Array.from(part, (_, i) => first + from + i),
      );
      chunk.setColumnValues(1, Array.from(part));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
    work.done += rows;
    context.report?.({ step: 'score', done: work.done, total });
  }
  appender.closeSync();
}

async function readBatch(db: DuckDB, select: string, width: number, matrix: Float32Array): Promise<number> {
  let row = 0;
  for await (const chunk of db.stream(select)) {
    for (let column = 0; column < width; column++) {
      const { items } = chunk.getColumnVector(column) as unknown as { items: Float32Array };
      for (let i = 0, at = row * width + column; i < items.length; i++, at += width)
        matrix[at] = items[i] as number;
    }
    row += chunk.rowCount;
  }
  return row;
}

async function checkScores(db: DuckDB, plan: ScoringPlan): Promise<void> {
  const [wrong] = await db.rows<{ rows: number }>(
    'SELECT count(*) AS rows FROM scores WHERE score IS NULL OR NOT (score BETWEEN 0 AND 1)',
  );
  if (wrong?.rows === 0) return;
  throw new StockoutError(
    `${plan.version} gave ${wrong?.rows} scores that are not between 0 and 1: train another version`,
  );
}
