import { describe, expect, it } from 'vitest';
import { EXTENDED_COLUMNS } from '../../features/src/documentation.ts';
import { phraseOf } from '../../predictor/src/explain/phrase.ts';
import { wordsFor } from '../../predictor/src/explain/words.ts';

const NOT_FEATURES = new Set([
  'store_id',
  'product_id',
  'date',
  'stockout',
  'region',
  'label_stockout_next_7d',
]);

// The features workspace documents its columns; the predictor speaks of them in sentences.
describe('words of every documented feature', () => {
  const names = EXTENDED_COLUMNS.map(({ name }) => name).filter((name) => !NOT_FEATURES.has(name));

  it.each(names)('%s has words of its own for a value, and for none', (name) => {
    const own = wordsFor(name.replace('{{covariate}}', 'rain'));
    const isCovariate = name.includes('{{covariate}}');
    expect(own.topic).toBe(isCovariate ? 'covariate rain' : own.topic);
    expect(own.topic.startsWith('covariate')).toBe(isCovariate);
    for (const value of [0, 1, 0.37, 12, null]) expect(phraseOf(own, value)).not.toMatch(/[{}_]/);
  });
});
