import { InputError } from '@stockout/contracts';
import { openDuckDB } from '@stockout/features';
import type { PipelineContext } from '../../context.ts';
import { isCheckedTable } from '../../raw-table.ts';
import { type DataSpec, type MappedColumn, mapColumns } from '../../raw/mapping.ts';
import { selectMapped } from '../../raw/select.ts';
import { type FoundColumn, TABLE_DIALECT, findColumns, mappedOf } from '../../raw/source-columns.ts';
import { locateTable } from '../../tables/locate.ts';
import { exists, loadSnapshot } from '../../tables/snapshot.ts';
import type { Spark } from './connect/session.ts';
import { type SparkTable, columnsOf, historyOf, idOf, relationAt } from './tables.ts';

/** A version of a raw table, as Spark reads it. */
export interface SparkRaw extends SparkTable {
  id: string;
  version: number;
  spec: DataSpec;
  found: FoundColumn[];
  /** Standard columns, then covariates. */
  columns: MappedColumn[];
}

/**
 * @param version default: the newest
 * @throws InputError when there is no such table, or it lacks a column or has it of a wrong type
 */
export async function describeRaw(
  spark: Spark,
  table: SparkTable,
  spec: DataSpec,
  version: number | undefined,
): Promise<SparkRaw> {
  const history = await historyOf(spark, table);
  if (history === undefined) {
    throw new InputError(
      `Spark at ${spark.address} finds no Delta table at ${table.path}: bring data in with \`stockout ingest\` first, ` +
        'and see that spec.storage.uri is a place that Spark sees too',
    );
  }
  const wanted = version ?? history.version;
  const described = await columnsOf(spark, relationAt(table, wanted));
  const mapping = mapColumns(spec);
  const found = findColumns(`table ${table.name}`, described, mapping, TABLE_DIALECT);
  return {
    ...table,
    id: await idOf(spark, table),
    version: wanted,
    spec,
    found,
    columns: mappedOf(mapping, found),
  };
}

/** The SELECT of its rows by standard names and types; Spark looks at rows that ingest has not judged. */
export async function selectRawOnSpark(
  context: PipelineContext,
  spark: Spark,
  raw: SparkRaw,
): Promise<string> {
  return selectMapped(spark, {
    name: raw.name,
    sql: relationAt(raw, raw.version),
    columns: raw.found,
    mapping: mapColumns(raw.spec),
    checked: await isChecked(context, raw),
  });
}

/** Ingest's marks stand in the table's log, which Spark does not show: it is read here, where it can be. */
async function isChecked(context: PipelineContext, { name, version, found }: SparkRaw): Promise<boolean> {
  await using db = await openDuckDB({ signal: context.signal });
  try {
    const snapshot = await loadSnapshot(db, locateTable(context, name), version);
    return exists(snapshot) && isCheckedTable(snapshot, found);
  } catch {
    context.signal?.throwIfAborted();
    // A table with what only Spark understands, which Spark then looks through.
    return false;
  }
}
