import { expect, test } from 'vitest';
import { ingest } from '../ingest/ingest.ts';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { mostUrgent } from './most-urgent.ts';
import { score } from './score.ts';
import { buildJob, loadSalesScorer, putVersion } from './scoring.test-support.ts';

const createWorkspace = testWorkspaces(testDuckDB());

test('the riskiest of the newest day come first, of equal risk those that sell most a day', async () => {
  const workspace = await createWorkspace();
  // Product, sales of the day before and of the newest day; the risk is a tenth of the newest day's sales.
  const shelves = [['P1', 1, 9], ['P2', 5, 9], ['P3', 9, 8], ['P4', 0, 1]]; // prettier-ignore
  const rows = shelves.flatMap(([product, before, newest]) => [
    `S1,${product},2025-01-01,10,0,${before},7,0`,
    `S1,${product},2025-01-02,10,0,${newest},3,0`,
  ]);
  const csv = ['store_id,product_id,date,price,promo,daily_sales,inventory,stockout', ...rows].join('\n');
  await ingest(workspace.context, [await workspace.file('rows.csv', csv)]);
  await putVersion(workspace.storage, 'v1');
  await score(workspace.context, buildJob(), { run: 'run-1', version: 'v1', loadScorer: loadSalesScorer });

  const found = await mostUrgent(workspace.context, 'predictions', 3);

  expect(found.map(({ product, salesPerDay }) => [product, salesPerDay])).toEqual([['P2', 7], ['P1', 5], ['P3', 8.5]]); // prettier-ignore
  expect(found[0]).toMatchObject({ store: 'S1', day: '2025-01-02', inventory: 3 });
});

test('there are none while nothing was scored', async () => {
  const workspace = await createWorkspace();
  expect(await mostUrgent(workspace.context, 'predictions', 3)).toEqual([]);
});
