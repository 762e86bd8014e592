import { mostUrgent as readMostUrgent } from '@stockout/pipeline';
import { table } from '../print/table.ts';
import { sampleContext, type Story } from './story.ts';

/** The products that run out first, as a table for a terminal. */
export async function mostUrgent(story: Story, limit: number, signal: AbortSignal): Promise<string> {
  const products = await readMostUrgent(
    await sampleContext(story, signal),
    'retail_stockout_predictions',
    limit,
  );
  return table(
    ['STORE', 'PRODUCT', 'DAY', 'RISK', 'INVENTORY', 'SALES A DAY'],
    products.map(({ store, product, day, score, inventory, salesPerDay }) => [
      store,
      product,
      day,
      score.toFixed(4),
      inventory === null ? '-' : String(inventory),
      salesPerDay === null ? '-' : salesPerDay.toFixed(1),
    ]),
  );
}
