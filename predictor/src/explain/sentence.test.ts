import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phraseOf } from './phrase.ts';
import { type Part, sentenceOf } from './sentence.ts';
import { wordsFor } from './words.ts';

const AT_RISK = { score: 0.97, label: 1, usual: 0 } as const;
const SAFE = { score: 0.034, label: 0, usual: 0 } as const;
const part = (feature: string, value: number | null, contribution: number): Part => ({
  feature,
  value,
  contribution,
});

describe('the sentence of an explanation', () => {
  it('says of stock what it is against sales, and what speaks against it', () => {
    const parts = [
      part('inventory', 4, 0.4),
      part('inv_to_sales_ratio', 4 / 16.2, 2.1),
      part('sales_roll7_avg', 15.2, 0.3),
      part('promo_roll7_sum', 3, 0.6),
      part('price', 199, -0.7),
    ];
    expect(sentenceOf(parts, AT_RISK)).toBe(
      'At risk (97%), because of inventory 4 against sales of 15.2 a day and a promotion on 3 of the last 7 days, ' +
        'in spite of a price of 199.',
    );
  });

  it('turns around for a row that is not at risk', () => {
    const parts = [part('inventory', 240, -2), part('sales_roll7_avg', 5, -0.1), part('promo', 1, 0.5)];
    expect(sentenceOf(parts, SAFE)).toBe(
      'Not at risk (3%), because of inventory 240 against sales of 5 a day, in spite of a promotion.',
    );
  });

  it('does not name sales beside stock when they speak for the opposite', () => {
    const parts = [part('inventory', 4, 2), part('sales_roll7_avg', 1, -0.1)];
    expect(sentenceOf(parts, AT_RISK)).toBe('At risk (97%), because of inventory 4.');
  });

  it('does not say inventory against sales for a ratio that is not theirs', () => {
    const parts = [
      part('inventory', 400, 0),
      part('inv_to_sales_ratio', 0.5, 2),
      part('sales_roll7_avg', 5, 0),
    ];
    expect(sentenceOf(parts, AT_RISK)).toBe('At risk (97%), because of stock for about 0.5 days.');
  });

  it('says what is not known', () => {
    expect(sentenceOf([part('inventory', null, 1)], AT_RISK)).toBe(
      'At risk (97%), because of unknown inventory.',
    );
    expect(sentenceOf([part('days_since_stockout', null, -1)], SAFE)).toBe(
      'Not at risk (3%), because of no stockout known so far.',
    );
  });

  it('is short where nothing moves the score towards its label', () => {
    const usual = { score: 0.62, label: 1, usual: 1 } as const;
    expect(sentenceOf([part('promo', 0, -0.2)], usual)).toBe(
      'At risk (62%), as is usual, in spite of no promotion.',
    );
    expect(sentenceOf([part('promo', 0, 0)], usual)).toBe('At risk (62%), as is usual.');
  });

  it('names behind "because of" only what moved the score towards its label, whatever the row', () => {
    const names = ['price', 'promo_lag_1', 'sales_lag_3', 'sales_roll7_avg', 'inventory', 'inv_to_sales_ratio', 'rain', 'rain_mean', 'day_of_week']; // prettier-ignore
    const anyPart = fc.tuple(
      fc.option(fc.integer({ min: 0, max: 7 }), { nil: null }),
      fc.double({ min: -3, max: 3, noNaN: true }),
    );
    const rows = fc.tuple(...names.map(() => anyPart));
    const check = fc.property(rows, fc.constantFrom<0 | 1>(0, 1), (drawn, label) => {
      const parts = drawn.map(([value, contribution], index) => part(names[index]!, value, contribution));
      const sentence = sentenceOf(parts, { score: 0.5, label, usual: 1 });
      const [because = '', inSpite = ''] = sentence.split(', in spite of ');
      const towards = label === 1 ? 1 : -1;
      for (const { feature, value, contribution } of parts) {
        const phrase = new RegExp(
          `(because of|,|and|^) ?${escape(phraseOf(wordsFor(feature), value))}(,| and|\\.|$)`,
        );
        if (phrase.test(because)) expect(contribution * towards).toBeGreaterThan(0);
        if (phrase.test(inSpite)) expect(contribution * towards).toBeLessThan(0);
      }
    });
    fc.assert(check, { numRuns: 500 });
  });
});

describe('the words of a feature', () => {
  it.each<[string, number, string]>([
    ['promo', 0.5, 'promotion at 0.5'],
    ['price', 405.9, 'a price of 406'],
    ['sales_roll14_avg', 0.123_46, 'sales of 0.123 a day in the last 14 days'],
    ['day_of_week', 6, 'a Saturday'],
    ['days_since_stockout', 0, 'a stockout on the day'],
    ['store_stockout_rate', 0.004, "stockouts on under 1% of the store's product days so far"],
    ['holiday_flag', 1, 'holiday flag at 1'],
    ['rain_lag_1', 3, 'rain at 3 the day before'],
    ['store_rain_mean', 2.5, 'a mean rain of 2.5 in the store so far'],
    ['region_product_rain', 3, 'a mean rain of 3 for the product in the region on the day'],
    ['region_product_rain_mean', 3, 'a mean rain of 3 for the product in the region so far'],
    [
      'product_rain_roll7_avg_rank',
      0.31,
      'a higher mean rain in the last 7 days than 31% of the other products',
    ],
  ])('%s of %d is "%s"', (feature, value, phrase) => {
    expect(phraseOf(wordsFor(feature), value)).toBe(phrase);
  });
});

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
