import { type DuckDB, openDuckDB } from '@stockout/features';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Spark, openSpark } from '../../../pipeline/src/engines/spark/connect/session.ts';
import { writeDataFiles } from '../../../pipeline/src/tables/data-files.ts';
import type { TableLocation } from '../../../pipeline/src/tables/log.ts';
import { neededFiles } from '../../../pipeline/src/tables/needed-files.ts';
import { type Committed, type Draft, commit } from '../../../pipeline/src/tables/table.ts';
import { vacuumTable } from '../../../pipeline/src/tables/vacuum-table.ts';
import { snapshotOf } from '../../tables/table-world.ts';
import { sparkConnectUrl } from './connect-url.ts';
import { DeltaRsSession } from './delta-rs-session.ts';
import { type SeenRows, ourRows, sparkRows } from './delta-rows.ts';

/** The readers and writers of Delta tables that are held to one another. */
interface Neighbours {
  /** Ours. */
  db: DuckDB;
  spark: Spark;
  deltaRs: DeltaRsSession;
}

/** To compile code for a query, and to plan it anew on the way, takes longer than all rows of these tables do. */
const FOR_FEW_ROWS = ['spark.sql.codegen.wholeStage = false', 'spark.sql.adaptive.enabled = false'];

/** Of a file of tests: opened before its tests, closed after them. */
export function testNeighbours(): Readonly<Neighbours> {
  const stack = new AsyncDisposableStack();
  const opened = {} as Neighbours;
  beforeAll(async () => {
    opened.db = stack.use(await openDuckDB({ threads: 1 }));
    opened.spark = stack.use(await openSpark(sparkConnectUrl()));
    for (const setting of FOR_FEW_ROWS) await opened.spark.run(`SET ${setting}`);
    opened.deltaRs = stack.use(await DeltaRsSession.open());
  });
  afterAll(() => stack.disposeAsync());
  return opened;
}

/** Our own commit of the rows of a SELECT. */
export async function writeOurs(
  { db }: Pick<Neighbours, 'db'>,
  table: TableLocation,
  select: string,
  how: Partial<Draft> = {},
): Promise<Committed> {
  const written = await writeDataFiles(db, table, select);
  return commit(db, table, async ({ files }) => {
    const removes = how.replacesSchema ? [...files.values()] : [];
    return { operation: 'WRITE', operationParameters: { mode: 'Append' }, ...written, removes, ...how };
  });
}

/** What expectSameRows looks at. */
interface Look {
  /** Default: the first. */
  first?: number;
  /** Who is held to us; default: both. */
  by?: readonly ('Spark' | 'delta-rs')[];
}

/** Spark and delta-rs see the columns and rows that we see, in each version from `first` to the newest. */
export async function expectSameRows(
  { db, spark, deltaRs }: Readonly<Neighbours>,
  table: TableLocation,
  { first = 0, by = ['Spark', 'delta-rs'] }: Look = {},
): Promise<void> {
  const { version: newest } = await snapshotOf(db, table);
  const ours = new Map<number, SeenRows>();
  for (let version = first; version <= newest; version++) {
    const seen = await ourRows(db, table, version);
    ours.set(version, seen);
    if (by.includes('delta-rs'))
      expectAlike(await deltaRs.rows(table, version), seen, `${version} by delta-rs`);
  }
  if (!by.includes('Spark')) return;
  for (const group of Map.groupBy(ours, ([, { columns }]) => columns.join()).values()) {
    const versions = group.map(([version]) => version);
    for (const [i, seen] of (await sparkRows(spark, table, versions)).entries()) {
      expectAlike(seen, group[i]?.[1], `${versions[i]} by Spark`);
    }
  }
}

function expectAlike(theirs: SeenRows, ours: SeenRows | undefined, version: string): void {
  expect(inOrder(theirs), `version ${version}`).toEqual(ours && inOrder(ours));
}

function inOrder({ columns, rows }: SeenRows): { columns: string[]; rows: string[] } {
  return { columns, rows: rows.map((row) => JSON.stringify(row)).toSorted() };
}

/** Vacuums as if long after: of the files that readers look at, those are left that the newest version needs. */
export async function expectVacuumLeavesWhatIsNeeded(
  { db }: Pick<Neighbours, 'db'>,
  table: TableLocation,
): Promise<void> {
  const now = Date.now() + 1000;
  await vacuumTable(db, table, { now, retention: 0, dryRun: false });
  const needed = await neededFiles(db, table, await snapshotOf(db, table), now);
  const keys = (await table.storage.list(table.path)).map(({ key }) => key);
  // Hadoop's checksums, which are hidden, are not ours to remove.
  const seen = keys.filter((key) => !/\/[._][^/]*(\/|$)/.test(key));
  expect(seen.toSorted()).toEqual([...needed].toSorted());
}
