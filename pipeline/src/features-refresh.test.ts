import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ensureFeatures, features } from './features.ts';
import { ingest } from './ingest/ingest.ts';
import { tableWriters } from './tables/table.test-support.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from './workspace.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append } = tableWriters(duckdb);

/** Rows of some days, of fractions that do not add up alike in every order, some series and days left out. */
const delivery = fc.record({
  from: fc.integer({ min: 0, max: 60 }),
  days: fc.integer({ min: 1, max: 12 }),
  without: fc.integer({ min: 2, max: 9 }),
});

function deliveryRows({ from, days, without }: { from: number; days: number; without: number }): string {
  return `SELECT * REPLACE (daily_sales / 7 + 0.1 AS daily_sales, inventory / 3 AS inventory),
      CASE WHEN hash(store_id, date) % 5 > 0 THEN 'region ' || hash(store_id, product_id) % 2 END AS region
    FROM (${rawRows({ stores: 2, products: 3, from, days })}) WHERE hash(store_id, product_id, date) % ${without} > 0`;
}

async function deliver({ context, parquet }: Workspace, name: string, select: string): Promise<void> {
  await ingest(context, [await parquet(`${name}.parquet`, select)]);
}

/** Rows of the refreshed table that a table made anew does not have, and the other way round. */
async function differences({ context }: Workspace, rawVersion?: number): Promise<unknown[]> {
  await using refreshed = await ensureFeatures(context, { rawVersion });
  const featuresTable = `rebuilt_of_${refreshed.rawVersion}_${context.model.spec.data.horizonDays}`;
  await using rebuilt = await ensureFeatures(context, { rawVersion, featuresTable });
  const [a, b] = [refreshed.relation, rebuilt.relation];
  return duckdb.db.rows(`(FROM ${a} EXCEPT ALL FROM ${b}) UNION ALL (FROM ${b} EXCEPT ALL FROM ${a})`);
}

test.each(['Standard', 'Extended'] as const)(
  '%s refreshed with each delivery, in any order of days, equals what is made anew',
  async (set) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(delivery, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        async (deliveries, horizonDays) => {
          const workspace = await createWorkspace({ features: set, columns: { region: 'region' } });
          workspace.context.model.spec.data.horizonDays = horizonDays;
          for (const [i, each] of deliveries.entries()) {
            await deliver(workspace, String(i), deliveryRows(each));
            expect(await differences(workspace)).toEqual([]);
          }
          // Back in time, and forth again.
          expect(await differences(workspace, 0)).toEqual([]);
          expect(await differences(workspace)).toEqual([]);
        },
      ),
      { numRuns: 4 },
    );
  },
  120_000,
);

describe('with a day more', () => {
  test('the files of days that it does not concern stay, from the second day on', async () => {
    const workspace = await createWorkspace();
    await deliver(workspace, 'history', rawRows({ days: 60 }));
    for (const day of [60, 61, 62]) {
      await features(workspace.context);
      await deliver(workspace, String(day), rawRows({ from: day, days: 1 }));
    }
    await features(workspace.context);
    const versions = await Promise.all([1, 2, 3].map((version) => workspace.snapshot('features', version)));
    const [first, second, third] = versions.map(({ files }) => [...files.values()].map(({ path }) => path));
    const kept = second?.filter((path) => first?.includes(path));
    expect(kept).toHaveLength(1);
    expect(third).toEqual(expect.arrayContaining(kept ?? []));
    const stats = JSON.parse(versions[2]?.files.get(kept?.[0] ?? '')?.stats ?? '{}');
    // Day 61 is 2025-03-02; 7 days before it labels may change.
    expect(stats).toMatchObject({ numRecords: 106, maxValues: { date: '2025-02-22' } });
    expect(await features(workspace.context)).toMatchObject({ rows: 126, tableVersion: 3 });
  });

  test.each([
    ['the day after', 60],
    ['weeks later', 90],
  ])('%s: labels of the days on which the data used to end are known now', async (_, from) => {
    const workspace = await createWorkspace();
    await deliver(workspace, 'history', rawRows({ days: 60 }));
    await features(workspace.context);
    await deliver(workspace, 'late', rawRows({ from, days: 1 }));
    expect(await differences(workspace)).toEqual([]);
    expect((await workspace.snapshot('features', 1)).files.size).toBe(2);
  });

  test('that others have already, the labels of a horizon before it are known', async () => {
    const workspace = await createWorkspace();
    const none = `SELECT * REPLACE (0 AS stockout) FROM (${rawRows({ days: 60 })}) WHERE product_id = 'P2'`;
    await deliver(workspace, 'others', rawRows({ days: 61, products: 1 }));
    await deliver(workspace, 'history', none);
    await features(workspace.context);
    const late = `SELECT * REPLACE (1 AS stockout) FROM (${rawRows({ from: 60, days: 1 })}) WHERE product_id = 'P2'`;
    await deliver(workspace, 'late', late);
    expect(await differences(workspace)).toEqual([]);
  });

  test("the date may have its users' own name in the raw table", async () => {
    const workspace = await createWorkspace({ columns: { date: 'dt' } });
    await deliver(workspace, 'history', renamed({ days: 60 }));
    await features(workspace.context);
    await deliver(workspace, 'late', renamed({ from: 60, days: 1 }));
    expect(await differences(workspace)).toEqual([]);
    expect((await workspace.snapshot('features', 1)).files.size).toBe(2);
  });

  test('Extended features, which know all days so far, keep the rows of days that it does not concern too', async () => {
    const workspace = await createWorkspace({ features: 'Extended' });
    await deliver(workspace, 'history', rawRows({ days: 60 }));
    await features(workspace.context);
    await deliver(workspace, 'late', rawRows({ from: 60, days: 1 }));
    expect(await differences(workspace)).toEqual([]);
    expect((await workspace.snapshot('features', 1)).files.size).toBe(2);
  });

  test('of another writer, whose rows are wrong, it is refused as ever, and the table stays as it was', async () => {
    const workspace = await createWorkspace();
    await deliver(workspace, 'history', rawRows({ days: 60 }));
    await features(workspace.context);
    await append(workspace, 'raw', rawRows({ from: 59, days: 2 }));
    await expect(features(workspace.context)).rejects.toThrow('same store, product and date (2 rows)');
    expect((await workspace.snapshot('features')).version).toBe(0);
    const stored = await workspace.storage.list('features');
    expect(stored.filter(({ key }) => key.endsWith('.parquet'))).toHaveLength(1);
  });
});

test('two refreshes at once are one, and leave no file that the table does not have', async () => {
  const workspace = await createWorkspace();
  await deliver(workspace, 'history', rawRows({ days: 60 }));
  await features(workspace.context);
  await deliver(workspace, 'late', rawRows({ from: 60, days: 1 }));
  const both = await Promise.all([features(workspace.context), features(workspace.context)]);
  expect(both.map(({ tableVersion }) => tableVersion)).toEqual([1, 1]);
  const { files } = await workspace.snapshot('features', 1);
  const before = await workspace.snapshot('features', 0);
  const stored = (await workspace.storage.list('features')).filter(({ key }) => key.endsWith('.parquet'));
  expect(stored.map(({ key }) => key.slice('features/'.length)).toSorted()).toEqual(
    [...before.files.keys(), ...files.keys()].toSorted(),
  );
});

function renamed(days: { days: number; from?: number }): string {
  return `SELECT * EXCLUDE date, date AS dt FROM (${rawRows(days)})`;
}
