const DESCRIPTIONS: Record<string, string> = {
  price: 'price on the day',
  promo: '1 when the product is on promotion on the day',
  daily_sales: 'units sold on the day',
  inventory: 'units in stock at the end of the day',
  sales_lag_1: 'units sold the day before',
  sales_lag_3: 'units sold three days before',
  sales_lag_7: 'units sold seven days before',
  inv_lag_1: 'units in stock at the end of the day before',
  promo_lag_1: '1 when the product was on promotion the day before',
  sales_roll7_avg: 'mean units sold a day over the last 7 days, today included',
  sales_roll7_sum: 'units sold over the last 7 days, today included',
  sales_roll14_avg: 'mean units sold a day over the last 14 days, today included',
  promo_roll7_sum: 'days on promotion among the last 7, today included',
  inv_to_sales_ratio: 'inventory / (sales_roll7_avg + 1): how many days the stock lasts, about',
  low_inventory_flag: '1 when inventory is at most 10',
};

/** What a feature means, in words. */
export function describeFeature(name: string): string {
  return DESCRIPTIONS[name] ?? `${name}, as the features table has it`;
}
