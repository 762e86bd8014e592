import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TableLocation } from '../../../pipeline/src/tables/log.ts';
import { rowsOf, snapshotOf, tableIn } from '../../tables/table-world.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import { expectSameRows, testNeighbours, writeOurs } from './delta-neighbours.ts';
import { runOnSpark } from './delta-spark.ts';
import { TYPES, selectBy } from './delta-value-types.ts';

// Partitions by values that are easily written, or read, as others: by Spark's hand and by delta-rs's.
const temporaryFolder = temporaryFolders();
const neighbours = testNeighbours();

/** What file systems, URLs, Hive and SQL each have their own way with. */
const AWKWARD = [
  ' ',
  'a b',
  ' begins and ends ',
  '%',
  '%20',
  '%2F',
  'a%',
  '=',
  'a=b',
  '/',
  'a/b',
  '../up',
  '.',
  '..',
  '.hidden',
  '_hidden',
  ':',
  'c:d',
  '"',
  "'",
  "it''s",
  '\\',
  'a\\b',
  '\n',
  'a\nb',
  '\t',
  'é',
  'e\u0301',
  'ß',
  '日本',
  '😀',
  '+',
  '&',
  '#',
  '?',
  '*',
  '[a]',
  '{a,b}',
  '~',
  '$x',
  '`',
  '|',
  '<>',
  '^',
  ',',
  ';',
  '!',
  '@',
  '\u007f',
  'null',
  'NULL',
  '-0',
  '1e3',
  'x'.repeat(150),
];

/** A row of each text, the n-th with n, and the text in the column p. */
function selectTexts(texts: readonly (string | null)[], cast: (hex: string) => string): string {
  const rows = texts.map((text, n) => {
    const value = text === null ? 'NULL' : cast(Buffer.from(text).toString('hex'));
    return `SELECT CAST(${n} AS INT) AS n, ${value} AS p`;
  });
  return rows.join(' UNION ALL ');
}

async function partitionByText(folder: string, texts: readonly (string | null)[]): Promise<TableLocation[]> {
  const { spark, deltaRs } = neighbours;
  const [theirs, others] = [tableIn(folder, 'spark'), tableIn(folder, 'delta-rs')];
  const bySpark = selectTexts(texts, (hex) => `CAST(X'${hex}' AS STRING)`);
  await runOnSpark(spark, theirs, `CREATE TABLE {t} USING delta PARTITIONED BY (p) AS ${bySpark}`);
  const byDeltaRs = selectTexts(texts, (hex) => `arrow_cast(decode('${hex}', 'hex'), 'Utf8')`);
  await deltaRs.append(others, byDeltaRs, ['p']);
  return [theirs, others];
}

async function textsOf(table: TableLocation): Promise<(string | null)[]> {
  const rows = await rowsOf<{ n: number; p: string | null }>(neighbours.db, table, 'SELECT n, p');
  return rows.toSorted((a, b) => a.n - b.n).map(({ p }) => p);
}

test('partitions of awkward texts and of null are read alike, and as what they are', async () => {
  const texts = [...AWKWARD, null];
  for (const table of await partitionByText(await temporaryFolder(), texts)) {
    expect(await textsOf(table)).toEqual(texts);
    await expectSameRows(neighbours, table);
  }
});

test('a partition of no text is one of null, as the protocol has it', async () => {
  for (const table of await partitionByText(await temporaryFolder(), ['', 'x', null])) {
    expect(await textsOf(table)).toEqual([null, 'x', null]);
    // Spark writes it so. delta-rs writes it as no text, and both of them read that as no text.
    if (table.name === 'spark') await expectSameRows(neighbours, table);
  }
});

/** All columns but the last: a table has one of its own. */
function partitions(types: readonly unknown[]): string[] {
  return types.slice(1).map((_, i) => `c${i}`);
}

test('partitions of days, numbers, instants and flags are read alike', async () => {
  const { spark, deltaRs } = neighbours;
  const folder = await temporaryFolder();
  const [theirs, others] = [tableIn(folder, 'spark'), tableIn(folder, 'delta-rs')];
  const whole = TYPES.filter(({ delta }) => !/double|float/.test(delta));
  await runOnSpark(
    spark,
    theirs,
    `CREATE TABLE {t} USING delta PARTITIONED BY (${partitions(whole).join(', ')}) AS ${selectBy.spark(whole)}`,
  );
  await expectSameRows(neighbours, theirs);
  // delta-rs 1.6 writes a negative decimal of a partition as -1.-5, and says itself that this cannot be read.
  const known = whole.filter(({ delta }) => !delta.startsWith('decimal'));
  await deltaRs.append(others, selectBy.deltaRs(known), partitions(known));
  await expectSameRows(neighbours, others);
});

test.each([
  ['a b é+', 'in ner/t=😀', ['Spark', 'delta-rs'] as const],
  // delta-rs 1.6 does not find a table again whose path has a percent sign.
  ['a b%20é+#1', 'in ner/t%41ble', ['Spark'] as const],
])('a table in the folder "%s/%s" is found by all, and each of them appends', async (folder, name, by) => {
  const { db, spark, deltaRs } = neighbours;
  const table = tableIn(join(await temporaryFolder(), folder), name);
  await writeOurs(neighbours, table, "SELECT 1 AS a, 'ours' AS b");
  await runOnSpark(spark, table, "INSERT INTO {t} VALUES (2, 'theirs')");
  if (by.length > 1) await deltaRs.append(table, "select arrow_cast(3, 'Int32') as a, 'theirs' as b");
  expect((await snapshotOf(db, table)).version).toBe(by.length);
  await expectSameRows(neighbours, table, { by });
});
