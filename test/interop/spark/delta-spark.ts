import type { Spark } from '../../../pipeline/src/engines/spark/connect/session.ts';
import { type SparkTable, sparkTable } from '../../../pipeline/src/engines/spark/tables.ts';
import type { TableLocation } from '../../../pipeline/src/tables/log.ts';
import { buildModel } from '../../../pipeline/src/train/model.test-support.ts';

/** Where Spark finds a table. */
export function asSparkHasIt({ storage, path }: TableLocation): SparkTable {
  return sparkTable({ model: buildModel(), storage }, path);
}

/** Runs statements in which {t} stands for the table. */
export async function runOnSpark(spark: Spark, table: TableLocation, ...sql: string[]): Promise<void> {
  for (const statement of sql) await spark.run(statement.replaceAll('{t}', () => identifier(table)));
}

/** The versions that a table's log tells Spark of, newest first. */
export async function historyBySpark(spark: Spark, table: TableLocation): Promise<number[]> {
  const found = await spark.rows<{ version: number }>(`DESCRIBE HISTORY ${identifier(table)}`);
  return found.map(({ version }) => version);
}

/** How many files the newest version of a table has, by what its log tells Spark. */
export async function filesBySpark(spark: Spark, table: TableLocation): Promise<number | undefined> {
  const [detail] = await spark.rows<{ numFiles: number }>(`DESCRIBE DETAIL ${identifier(table)}`);
  return detail?.numFiles;
}

function identifier(table: TableLocation): string {
  return `delta.\`${asSparkHasIt(table).path.replaceAll('`', '``')}\``;
}
