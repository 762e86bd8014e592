import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ingest } from '../ingest/ingest.ts';
import { train } from '../train/train.ts';
import { SAWTOOTH } from '../train/raw-table.test-support.ts';
import { requireManifest } from '../versions/manifest.ts';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { evaluate } from './evaluate.ts';

const createWorkspace = testWorkspaces(testDuckDB());

/** A store that opens 20 days before the data ends. */
const WITH_A_NEW_STORE = `${SAWTOOTH} UNION ALL SELECT * REPLACE ('new' AS store_id) FROM (${SAWTOOTH})
  WHERE store_id = 'S1' AND date > (SELECT max(date) - 20 FROM (${SAWTOOTH}))`;

test('an evaluation says of new stores, weeks, sales and series what training said of the same rows', async () => {
  const { context, folder, parquet, storage } = await createWorkspace();
  const { training } = context.model.spec;
  training!.params = { ...training!.params, rounds: 5, maxDepth: 3 };
  training!.split = { ...training!.split, testDays: 14 };
  await ingest(context, [await parquet('x.parquet', WITH_A_NEW_STORE)]);
  const trained = await train(context);
  const { namespace, name } = context.model.metadata;
  const manifest = await requireManifest(storage, namespace, name, 'v1');
  expect(manifest.coldStart?.rows).toBeGreaterThan(0);

  const { slices, ...evaluated } = await evaluate(context, { version: 'v1', slices: true });
  expect(evaluated).toEqual({ ...trained, seconds: evaluated.seconds });
  expect(evaluated.coldStart).toEqual(manifest.coldStart);
  const report = await readFile(
    join(folder, 'storage', 'models', namespace, name, 'v1', 'report.html'),
    'utf8',
  );
  const { ages, weeks, salesClasses, stores, worst } = slices!;
  expect([ages.length, weeks.length, salesClasses.length]).toEqual([2, 3, 3]);
  for (const slice of [...ages, ...weeks, ...salesClasses, ...stores]) {
    const told = [slice.rows.toLocaleString('en'), (slice.auc ?? 0).toFixed(4).replace(/^0/, '')];
    const [line] = report.split(`<th scope="row">${slice.name}</th>`).slice(1);
    for (const text of slice.auc === null ? told.slice(0, 1) : told) {
      expect(line?.slice(0, 600)).toContain(text);
    }
  }
  expect(worst).toHaveLength(10);
  for (const { store, product } of worst) expect(report).toContain(`${store}, ${product}`);
});
