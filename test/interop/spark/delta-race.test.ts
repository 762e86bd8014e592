import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Spark, openSpark } from '../../../pipeline/src/engines/spark/connect/session.ts';
import { type TableLocation, listLog, readCommit } from '../../../pipeline/src/tables/log.ts';
import { rowsOf, snapshotOf, tableIn } from '../../tables/table-world.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import { sparkConnectUrl } from './connect-url.ts';
import {
  expectSameRows,
  expectVacuumLeavesWhatIsNeeded,
  testNeighbours,
  writeOurs,
} from './delta-neighbours.ts';
import { runOnSpark } from './delta-spark.ts';

const temporaryFolder = temporaryFolders();
const neighbours = testNeighbours();

/** A second session of Spark's: it races with itself too. */
let other: Spark;
beforeAll(async () => {
  other = await openSpark(sparkConnectUrl());
});
afterAll(() => other[Symbol.asyncDispose]());

const ROUNDS = 25;
/** Of Node and of delta-rs in a round: Spark needs as long for one. */
const COMMITS = 5;
const APPENDS = ROUNDS * (2 * COMMITS + 2);

/** All begin a round at once, so that none of them is through before the others are. */
async function race(table: TableLocation): Promise<void> {
  const { spark, deltaRs } = neighbours;
  const appendBySpark = (session: Spark, name: string, n: number) =>
    runOnSpark(session, table, `INSERT INTO {t} SELECT '${name}', ${n}`);
  for (let round = 0; round < ROUNDS; round++) {
    const numbers = Array.from({ length: COMMITS }, (_, i) => round * COMMITS + i);
    const ours = async () => {
      for (const n of numbers) await writeOurs(neighbours, table, `SELECT 'Node' AS writer, ${n} AS n`);
    };
    const theirs = numbers.map((n) =>
      deltaRs.append(table, `select 'delta-rs' as writer, arrow_cast(${n}, 'Int32') as n`),
    );
    await Promise.all([
      ours(),
      ...theirs,
      appendBySpark(spark, 'Spark', round),
      appendBySpark(other, 'Spark 2', round),
    ]);
  }
}

test(`of ${APPENDS} appends by Node, delta-rs and two sessions of Spark at once none is lost and none is there twice`, async () => {
  expect(APPENDS).toBeGreaterThanOrEqual(300);
  const { db, deltaRs } = neighbours;
  const table = tableIn(await temporaryFolder());
  await writeOurs(neighbours, table, "SELECT 'Node' AS writer, -1 AS n");
  await race(table);

  const { version } = await snapshotOf(db, table);
  expect(version).toBe(APPENDS);
  expect(await deltaRs.version(table)).toBe(APPENDS);
  const { commits } = await listLog(table);
  expect([...commits.keys()].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: APPENDS + 1 }, (_, i) => i),
  );
  // Each commit adds a file of one row, by its writer's own account.
  const adds = await Promise.all(
    [...commits.keys()].map(async (n) => (await readCommit(table, n)).filter(({ add }) => add)),
  );
  expect(adds.every((files) => files.length === 1)).toBe(true);

  const rows = await rowsOf<{ writer: string; n: number }>(db, table, 'SELECT writer, n');
  const wanted = [
    'Node -1',
    ...all('Node', COMMITS),
    ...all('delta-rs', COMMITS),
    ...all('Spark', 1),
    ...all('Spark 2', 1),
  ];
  expect(rows.map(({ writer, n }) => `${writer} ${n}`).toSorted()).toEqual(wanted.toSorted());
  await expectSameRows(neighbours, table, { first: version });
  await expectVacuumLeavesWhatIsNeeded(neighbours, table);
});

function all(writer: string, commits: number): string[] {
  return Array.from({ length: ROUNDS * commits }, (_, n) => `${writer} ${n}`);
}
