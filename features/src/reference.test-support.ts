/** A raw row in plain numbers; `day` counts from any origin. */
export interface RawDay {
  series: string;
  day: number;
  price: number | null;
  promo: number | null;
  daily_sales: number | null;
  inventory: number | null;
  stockout: 0 | 1;
}

export type ReferenceRow = { series: string; day: number } & Record<string, number | string | null>;

/** The Standard features as api.md words them, row by row and without cleverness: what the SQL is held against. */
export function referenceFeatures(rows: readonly RawDay[], horizonDays: number): ReferenceRow[] {
  return rows.map((row) => {
    const at = (ago: number) =>
      rows.find((other) => other.series === row.series && other.day === row.day - ago);
    const last = (days: number, column: 'daily_sales' | 'promo') =>
      range(0, days - 1).flatMap((ago) => at(ago)?.[column] ?? []);
    const average7 = mean(last(7, 'daily_sales'));
    const next = range(1, horizonDays).map((ahead) => at(-ahead)?.stockout);
    return {
      series: row.series,
      day: row.day,
      price: row.price,
      promo: row.promo,
      daily_sales: row.daily_sales,
      inventory: row.inventory,
      sales_lag_1: at(1)?.daily_sales ?? null,
      sales_lag_3: at(3)?.daily_sales ?? null,
      sales_lag_7: at(7)?.daily_sales ?? null,
      inv_lag_1: at(1)?.inventory ?? null,
      promo_lag_1: at(1)?.promo ?? null,
      sales_roll7_avg: average7,
      sales_roll7_sum: sum(last(7, 'daily_sales')),
      sales_roll14_avg: mean(last(14, 'daily_sales')),
      promo_roll7_sum: sum(last(7, 'promo')),
      inv_to_sales_ratio: row.inventory === null || average7 === null ? null : row.inventory / (average7 + 1),
      low_inventory_flag: row.inventory === null ? null : Number(row.inventory <= 10),
      label: next.includes(1) ? 1 : next.every((stockout) => stockout === 0) ? 0 : null,
    };
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function sum(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
}

function mean(values: number[]): number | null {
  const total = sum(values);
  return total === null ? null : total / values.length;
}
