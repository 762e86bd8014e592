import { stabilityIndex } from '@stockout/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { aDriftCount } from '../../testing/played-answers.ts';
import { addUp } from './drift-figures.ts';

const bins = fc.tuple(fc.nat(400), fc.nat(400), fc.nat(400));

test('however rows are shared among pods, they count as those of one', () => {
  fc.assert(
    fc.property(fc.array(bins, { minLength: 1, maxLength: 5 }), (pods) => {
      const all = pods.map((price) => aDriftCount({ price }, price[0] + price[1] + price[2]));
      const total = [0, 1, 2].map((bin) => pods.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0));
      const { rows, indices } = addUp(all[0]!, all);
      expect(rows).toBe(total[0]! + total[1]! + total[2]!);
      const psi = stabilityIndex([500, 500, 0], total);
      expect(indices.find(({ name }) => name === 'price')?.psi).toEqual(psi ?? undefined);
      for (const index of indices) expect(index.psi).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('the largest index comes first, the scores are one of them', () => {
  const counts = aDriftCount({ price: [600, 400, 0], scores: [900, 100, 0] });
  expect(addUp(counts, [counts]).indices.map(({ name }) => name)).toEqual(['the scores', 'price']);
});

test('a column that the training knows fewer rows of than can be told from is left out', () => {
  const counts = aDriftCount({ price: [900, 100, 0] });
  const [price, scores] = counts.columns;
  const columns = [{ ...price!, expected: [249, 250, 0] }, scores!];
  expect(addUp({ ...counts, columns }, [counts]).indices.map(({ name }) => name)).toEqual(['the scores']);
});

test('a pod whose bins are others than those of the first adds nothing that is no number', () => {
  const odd = { ...aDriftCount(), columns: [] };
  const counts = aDriftCount({ price: [900, 100, 0] });
  expect(addUp(counts, [counts, odd])).toMatchObject({
    rows: 2000,
    indices: [{ name: 'price' }, { psi: 0 }],
  });
});
