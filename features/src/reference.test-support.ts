import { type RawDay, range } from './raw-days.test-support.ts';

export type ReferenceRow = { series: string; day: number } & Record<string, number | string | null>;

/** The Standard features as api.md words them, row by row and without cleverness: what the SQL is held against. */
export function referenceStandard(rows: readonly RawDay[], horizonDays: number): ReferenceRow[] {
  return rows.map((row) => {
    const at = (ago: number) =>
      rows.find((other) => other.series === row.series && other.day === row.day - ago);
    const last = (days: number, column: 'daily_sales' | 'promo') =>
      range(0, days - 1).flatMap((ago) => at(ago)?.[column] ?? []);
    const average7 = mean(last(7, 'daily_sales'));
    const next = range(1, horizonDays).flatMap((ahead) => at(-ahead)?.stockout ?? []);
    const isOver = row.day + horizonDays <= Math.max(...rows.map(({ day }) => day));
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
      inv_to_sales_ratio:
        row.inventory === null || average7 === null || average7 === -1
          ? null
          : row.inventory / (average7 + 1),
      low_inventory_flag: row.inventory === null ? null : Number(row.inventory <= 10),
      hours: row.hours,
      rain: row.rain,
      label: next.some((stockout) => stockout === 1) ? 1 : isOver && next.length > 0 ? 0 : null,
    };
  });
}

/** What Extended adds, likewise. */
export function referenceExtended(rows: readonly RawDay[]): ReferenceRow[] {
  return rows.map((row) => {
    const past = rows.filter((other) => other.day <= row.day);
    const own = past.filter((other) => other.series === row.series);
    const at = (ago: number) => own.find((other) => other.day === row.day - ago);
    const last = (days: number, of = own) => of.filter((other) => other.day > row.day - days);
    const stockouts = own.filter((other) => other.stockout === 1).map((other) => other.day);
    return {
      series: row.series,
      day: row.day,
      stockout_lag_1: at(1)?.stockout ?? null,
      stockout_lag_3: at(3)?.stockout ?? null,
      stockout_lag_7: at(7)?.stockout ?? null,
      stockout_roll7_sum: sum(last(7).map((other) => other.stockout)),
      stockout_roll14_sum: sum(last(14).map((other) => other.stockout)),
      stockout_roll28_sum: sum(last(28).map((other) => other.stockout)),
      days_since_stockout: stockouts.length === 0 ? null : row.day - Math.max(...stockouts),
      days_observed: last(28).length,
      hours_lag_1: at(1)?.hours ?? null,
      hours_roll7_avg: mean(hours(last(7))),
      hours_roll28_avg: mean(hours(last(28))),
      hours_mean: mean(hours(own)),
      hours_weekday_mean: mean(hours(own.filter((other) => (row.day - other.day) % 7 === 0))),
      day_of_week: weekday(row.day),
      ...levelFeatures('store', past.filter(sameOf(row, 0)), row.day),
      ...levelFeatures('product', past.filter(sameOf(row, 1)), row.day),
      ...regionFeatures(row, past),
      ...rankFeatures(row, past),
      stockout_smoothed_rate: smoothedRate(row, past),
    };
  });
}

/** @param rows of the store or the product, none later than `today` */
function levelFeatures(level: string, rows: readonly RawDay[], today: number): Record<string, number | null> {
  const recent = rows.filter((row) => row.day > today - 7);
  return {
    [`${level}_stockout_rate`]: mean(rows.map((row) => row.stockout)),
    [`${level}_stockout_roll7_rate`]: mean(recent.map((row) => row.stockout)),
    [`${level}_hours_mean`]: mean(hours(rows)),
    [`${level}_hours_roll7_avg`]: mean(hours(recent)),
  };
}

/** Of the product in all stores of the row's region. */
function regionFeatures(row: RawDay, past: readonly RawDay[]): Record<string, number | null> {
  const isOfRegion = (other: RawDay) => other.region !== null && other.region === row.region;
  const rows = past.filter(sameOf(row, 1)).filter(isOfRegion);
  return {
    region_product_hours: mean(hours(rows.filter((other) => other.day === row.day))),
    region_product_hours_roll7_avg: mean(hours(rows.filter((other) => other.day > row.day - 7))),
    region_product_hours_mean: mean(hours(rows)),
    region_product_stockout_rate: mean(rows.map((other) => other.stockout)),
  };
}

/** Among the products that have a row on the day of `row`. */
function rankFeatures(row: RawDay, past: readonly RawDay[]): Record<string, number | null> {
  const today = past.filter((other) => other.day === row.day);
  const peers = today.filter((other, i) => today.findIndex(sameOf(other, 1)) === i);
  const levels = peers.map((peer) => levelFeatures('product', past.filter(sameOf(peer, 1)), row.day));
  const own = levels[peers.findIndex(sameOf(row, 1))] ?? {};
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      `${name}_rank`,
      rankOf(
        value,
        levels.map((level) => level[name] ?? null),
      ),
    ]),
  );
}

/** Share of the others that are lower. */
function rankOf(value: number | null, all: readonly (number | null)[]): number | null {
  const known = all.filter((other) => other !== null);
  if (value === null || known.length === 1) return null;
  return known.filter((other) => isLower(other, value)).length / (known.length - 1);
}

/** To 9 decimals. */
function isLower(a: number, b: number): boolean {
  return Math.round(a * 1e9) < Math.round(b * 1e9);
}

function smoothedRate(row: RawDay, past: readonly RawDay[]): number {
  const own = past.filter((other) => other.series === row.series && other.day > row.day - 28);
  const everywhere = rate(past);
  const expected =
    everywhere === 0
      ? 0
      : (rate(past.filter(sameOf(row, 1))) * rate(past.filter(sameOf(row, 0)))) / everywhere;
  return ((sum(own.map((other) => other.stockout)) ?? 0) + 20 * Math.min(expected, 1)) / (own.length + 20);
}

function rate(rows: readonly RawDay[]): number {
  return mean(rows.map((row) => row.stockout)) ?? 0;
}

/** @param part 0 for the store, 1 for the product */
function sameOf(row: RawDay, part: 0 | 1): (other: RawDay) => boolean {
  return (other) => other.series.split(':')[part] === row.series.split(':')[part];
}

/** 1 is Monday; day 0 is a Wednesday. */
function weekday(day: number): number {
  return ((day + 2) % 7) + 1;
}

function hours(rows: readonly RawDay[]): number[] {
  return rows.flatMap((row) => row.hours ?? []);
}

function sum(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
}

function mean(values: number[]): number | null {
  const total = sum(values);
  return total === null ? null : total / values.length;
}
