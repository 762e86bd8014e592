/** What a feature is about, in the words of a store. They fit behind "because of" and "in spite of". */
export interface Words {
  /** Features of one topic say much the same: a sentence names one of them. */
  topic: string;
  /** What it is when the value is unknown, without "unknown". */
  noun: string;
  /** With `{}` for the value, or `{%}` for a share as a percentage. */
  usual: string;
  /** Values that have words of their own. */
  exact?: Readonly<Record<number, string>>;
  /** Where null says more than that nobody knows. */
  missing?: string;
}

const words = (
  topic: string,
  noun: string,
  usual: string,
  exact: Words['exact'] = {},
  missing?: string,
): Words => ({ topic, noun, usual, exact, ...(missing !== undefined && { missing }) });

const flag = (topic: string, noun: string, no: string, yes: string): Words =>
  words(topic, noun, `${noun} at {}`, { 0: no, 1: yes });

const promoted = (when: string): Words =>
  flag('promotion', `promotion${when}`, `no promotion${when}`, `a promotion${when}`);

const outOfStock = (when: string): Words =>
  flag('stockouts', `stockouts ${when}`, `no stockout ${when}`, `a stockout ${when}`);

const stockoutDays = (days: number): Words =>
  words('stockouts', `stockouts in the last ${days} days`, `a stockout on {} of the last ${days} days`, {
    0: `no stockout in the last ${days} days`,
  });

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const A_WEEKDAY = Object.fromEntries(WEEKDAYS.map((day, index) => [index + 1, `a ${day}`]));

const WORDS: Readonly<Record<string, Words>> = {
  price: words('price', 'price', 'a price of {}'),
  promo: promoted(''),
  promo_lag_1: promoted(' the day before'),
  promo_roll7_sum: words(
    'promotion',
    'promotions in the last 7 days',
    'a promotion on {} of the last 7 days',
    {
      0: 'no promotion in the last 7 days',
    },
  ),
  daily_sales: words('sales', 'sales of the day', 'sales of {} on the day'),
  sales_lag_1: words('sales', 'sales of the day before', 'sales of {} the day before'),
  sales_lag_3: words('sales', 'sales 3 days before', 'sales of {} 3 days before'),
  sales_lag_7: words('sales', 'sales 7 days before', 'sales of {} 7 days before'),
  sales_roll7_avg: words('sales', 'sales in the last 7 days', 'sales of {} a day in the last 7 days'),
  sales_roll7_sum: words('sales', 'sales in the last 7 days', 'sales of {} in the last 7 days'),
  sales_roll14_avg: words('sales', 'sales in the last 14 days', 'sales of {} a day in the last 14 days'),
  inventory: words('stock', 'inventory', 'inventory {}'),
  inv_lag_1: words('stock', 'inventory of the day before', 'inventory {} the day before'),
  inv_to_sales_ratio: words('stock', 'stock for the days to come', 'stock for about {} days'),
  low_inventory_flag: flag('stock', 'level of stock', 'more than 10 in stock', 'at most 10 in stock'),
  stockout_lag_1: outOfStock('the day before'),
  stockout_lag_3: outOfStock('3 days before'),
  stockout_lag_7: outOfStock('7 days before'),
  stockout_roll7_sum: stockoutDays(7),
  stockout_roll14_sum: stockoutDays(14),
  stockout_roll28_sum: stockoutDays(28),
  stockout_smoothed_rate: words(
    'stockouts',
    'stockout rate',
    'a smoothed stockout rate of {%} in the last 28 days',
  ),
  days_since_stockout: words(
    'stockouts',
    'last stockout',
    '{} days since the last stockout',
    { 0: 'a stockout on the day', 1: 'a stockout the day before' },
    'no stockout known so far',
  ),
  days_observed: words('records', 'days on record', '{} of the last 28 days on record'),
  day_of_week: words('calendar', 'day of the week', 'day {} of the week', A_WEEKDAY),
  store_stockout_rate: words(
    'store',
    'stockouts in the store',
    "stockouts on {%} of the store's product days so far",
  ),
  store_stockout_roll7_rate: words(
    'store',
    'stockouts in the store in the last 7 days',
    "stockouts on {%} of the store's product days in the last 7 days",
  ),
  product_stockout_rate: words(
    'product',
    'stockouts of the product',
    "stockouts on {%} of the product's store days so far",
  ),
  product_stockout_roll7_rate: words(
    'product',
    'stockouts of the product in the last 7 days',
    "stockouts on {%} of the product's store days in the last 7 days",
  ),
  region_product_stockout_rate: words(
    'region',
    'stockouts of the product in the region',
    "stockouts on {%} of the product's store days in the region so far",
  ),
  product_stockout_rate_rank: words(
    'product',
    'rank of the product by stockouts',
    'more stockouts so far than {%} of the other products',
  ),
  product_stockout_roll7_rate_rank: words(
    'product',
    'rank of the product by stockouts in the last 7 days',
    'more stockouts in the last 7 days than {%} of the other products',
  ),
};

/** By what surrounds the covariate's name, the longest first: store_x_mean is the store's mean of x. */
const COVARIATE_WORDS: readonly [before: string, after: string, usual: string][] = [
  ['product_', '_roll7_avg_rank', 'a higher mean {c} in the last 7 days than {%} of the other products'],
  ['product_', '_mean_rank', 'a higher mean {c} so far than {%} of the other products'],
  ['region_product_', '_roll7_avg', 'a mean {c} of {} for the product in the region in the last 7 days'],
  ['region_product_', '_mean', 'a mean {c} of {} for the product in the region so far'],
  ['product_', '_roll7_avg', 'a mean {c} of {} for the product in the last 7 days'],
  ['store_', '_roll7_avg', 'a mean {c} of {} in the store in the last 7 days'],
  ['product_', '_mean', 'a mean {c} of {} for the product so far'],
  ['region_product_', '', 'a mean {c} of {} for the product in the region on the day'],
  ['', '_weekday_mean', 'a mean {c} of {} on this day of the week so far'],
  ['store_', '_mean', 'a mean {c} of {} in the store so far'],
  ['', '_roll28_avg', 'a mean {c} of {} in the last 28 days'],
  ['', '_roll7_avg', 'a mean {c} of {} in the last 7 days'],
  ['', '_lag_1', '{c} at {} the day before'],
  ['', '_mean', 'a mean {c} of {} so far'],
  ['', '', '{c} at {}'],
];

/** @param feature as the model names it; a name that is none of ours is taken for a covariate's */
export function wordsFor(feature: string): Words {
  const own = Object.hasOwn(WORDS, feature) ? WORDS[feature] : undefined;
  if (own !== undefined) return own;
  const [before, after, usual] = COVARIATE_WORDS.find(
    ([head, tail]) =>
      feature.startsWith(head) && feature.endsWith(tail) && feature.length > head.length + tail.length,
  )!;
  const covariate = feature.slice(before.length, feature.length - after.length);
  const spoken = covariate.replaceAll('_', ' ').trim() || covariate;
  return words(
    `covariate ${covariate}`,
    feature.replaceAll('_', ' ').trim(),
    usual.replace('{c}', () => spoken),
  );
}
