import type { LabelledRows } from '../train/split-rows.ts';
import type { TrainRows } from '../train/train-rows.ts';

/** Test rows by some property of theirs: a number into `names`, one a row; -1 where it has none. */
export interface Groups {
  groups: Int32Array;
  names: string[];
}

const DAY = 86_400_000;

/** Weeks by their Mondays, oldest first. */
export function groupByWeek({ keys }: LabelledRows): Groups {
  // 1970-01-01, day 0, was a Thursday: Mondays are the days 4, 11, ...
  const mondays = keys.days.map((day) => Math.floor((day - 4) / 7) * 7 + 4);
  const weeks = [...new Set(mondays)].toSorted((a, b) => a - b);
  const numbers = new Map(weeks.map((week, i) => [week, i]));
  return {
    groups: mondays.map((monday) => numbers.get(monday) ?? -1),
    names: weeks.map((week) => `week of ${new Date(week * DAY).toISOString().slice(0, 10)}`),
  };
}

export function groupByStore({ keys }: LabelledRows): Groups {
  return { groups: keys.stores, names: keys.storeNames };
}

/** From the product that sells most: classes A, B and C end at these shares of the products. */
const CLASSES = [
  { name: 'A: the 20% of products that sell most', upTo: 0.2 },
  { name: 'B: the next 30%', upTo: 0.5 },
  { name: 'C: the half that sells least', upTo: 1 },
];

/**
 * Products by their mean sales a day over the training rows; a product that training has not seen is in no class.
 * @param sales the column of daily_sales
 */
export function groupBySales(test: LabelledRows, train: TrainRows, sales: number): Groups {
  const means = meanByProduct(train, sales);
  const falling = [...means.keys()].toSorted((a, b) => means.get(b)! - means.get(a)! || (a < b ? -1 : 1));
  const classes = new Map(
    falling.map((name, i) => [
      name,
      CLASSES.findIndex(({ upTo }) => (i + 1) / falling.length <= upTo + 1e-9),
    ]),
  );
  const { products, productNames } = test.keys;
  const ofProduct = productNames.map((name) => classes.get(name) ?? -1);
  return { groups: products.map((product) => ofProduct[product]!), names: CLASSES.map(({ name }) => name) };
}

function meanByProduct({ products, productNames, ...train }: TrainRows, column: number): Map<string, number> {
  const sums = new Float64Array(productNames.length);
  const counts = new Float64Array(productNames.length);
  for (const [row, value] of train.column(column).entries()) {
    if (Number.isNaN(value)) continue;
    sums[products[row]!]! += value;
    counts[products[row]!]! += 1;
  }
  const known = productNames.entries().filter(([product]) => counts[product]! > 0);
  return new Map(known.map(([product, name]) => [name, sums[product]! / counts[product]!]));
}

/** Days after its first in which a store or product is called new: what the longest roll of the features spans. */
export const COLD_DAYS = 28;

/** The first day with a row, by name, in days since 1970. */
export interface FirstDays {
  stores: ReadonlyMap<string, number>;
  products: ReadonlyMap<string, number>;
  /** Of the whole table: whoever was there then is as old as the data. */
  table: number;
}

/** Rows of stores or products that came after the data began, in their first days. */
export function groupByAge({ keys }: LabelledRows, firstDays: FirstDays): Groups {
  const since = (names: string[], days: ReadonlyMap<string, number>): number[] =>
    names.map((name) => {
      const first = days.get(name) ?? firstDays.table;
      return first === firstDays.table ? Number.NEGATIVE_INFINITY : first;
    });
  const stores = since(keys.storeNames, firstDays.stores);
  const products = since(keys.productNames, firstDays.products);
  const isNew = (day: number, row: number): boolean =>
    day - Math.max(stores[keys.stores[row]!]!, products[keys.products[row]!]!) < COLD_DAYS;
  return {
    groups: keys.days.map((day, row) => (isNew(day, row) ? 0 : 1)),
    names: [`store or product new: less than ${COLD_DAYS} days in the data`, 'all others'],
  };
}
