import { mostUrgent as readMostUrgent } from '@stockout/pipeline';
import { table } from '../print/table.ts';
import { sampleContext, sampleScoringJob, type Story } from './story.ts';

/** The products that run out first, as a table for a terminal. */
export async function mostUrgent(story: Story, limit: number, signal: AbortSignal): Promise<string> {
  const { spec } = await sampleScoringJob(story);
  const products = await readMostUrgent(await sampleContext(story, signal), spec.output.table, limit);
  // Real shops may not know their stock level.
  const stocked = products.some(({ inventory }) => inventory !== null);
  return table(
    ['STORE', 'PRODUCT', 'DAY', 'RISK', ...(stocked ? ['INVENTORY'] : []), 'SALES A DAY'],
    products.map(({ store, product, day, score, inventory, salesPerDay }) => [
      store,
      product,
      day,
      firstThreeDecimals(score),
      ...(stocked ? [String(inventory ?? '-')] : []),
      salesPerDay === null ? '-' : salesPerDay.toFixed(1),
    ]),
  );
}

/** Cut, not rounded: what is not certain is not told as 1. */
function firstThreeDecimals(score: number): string {
  return (Math.floor(score * 1000) / 1000).toFixed(3);
}
