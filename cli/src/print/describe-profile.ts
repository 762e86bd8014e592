import type { ColumnProfile, Profile } from '@stockout/pipeline';
import { describeReason } from './describe-reason.ts';
import { listed, shortened } from './fit.ts';
import { describeLeftOut, describeLost, few } from './other-columns.ts';
import { count, table } from './table.ts';

const MOST_COLUMNS = 50;

/** The profile of `stockout ingest --check` for a terminal of 80 columns. */
export function describeProfile(profile: Profile): string {
  const { rows, rejected, reasons, columns, features, lost, leftOut } = profile;
  const kept = columns.filter(({ used }) => !used).map(({ name }) => name);
  const constant = columns.filter((column) => column.constant).map(({ name }) => name);
  return [
    `${count(rows)} rows would be ingested${describeTable(profile)}, ${count(rejected)} rejected`,
    ...reasons.flatMap(describeReason),
    ...(rows === 0 ? [] : describeRows(profile)),
    '',
    table(['COLUMN', 'TYPE', 'NULLS', 'MIN', 'MAX'], columns.slice(0, MOST_COLUMNS).map(describeColumn)),
    ...(columns.length > MOST_COLUMNS
      ? [`and ${columns.length - MOST_COLUMNS} more columns (--json has all)`]
      : []),
    '',
    ...(constant.length > 0 ? [listed('the same in every row:', few(constant))] : []),
    listed(`${features.length} features:`, features),
    ...(kept.length > 0 ? [listed('kept, though the spec does not name them:', few(kept))] : []),
    ...lost.map(describeLost),
    ...describeLeftOut(leftOut),
  ].join('\n');
}

function describeTable({ table: met }: Profile): string {
  if (met === null) return '';
  return 'unread' in met
    ? ` (not compared with table ${met.name}: ${met.unread})`
    : ` into ${met.name}, now at version ${met.version}`;
}

function describeRows(profile: Profile): string[] {
  const { stores, products, days, firstDay, lastDay, stockoutShare } = profile;
  const { negativeSales = 0, negativeInventory = 0 } = profile;
  const negative = [
    ...(negativeSales > 0 ? [`${count(negativeSales)} rows with more returned than sold`] : []),
    ...(negativeInventory > 0 ? [`${count(negativeInventory)} rows with a negative stock`] : []),
  ];
  return [
    `${counted(stores, 'store')}, ${counted(products, 'product')}, ${counted(days, 'day')} from ${firstDay} to ${lastDay}`,
    describeGaps(profile),
    `stockout in ${(100 * stockoutShare).toFixed(1)}% of the rows`,
    ...describeLabels(profile),
    ...negative.map((line) => `${line}: kept, they are data`),
  ];
}

function describeLabels({ labels: { horizonDays, stockout, none, unknown } }: Profile): string[] {
  const told = listed(`label, a stockout within ${horizonDays} days:`, [
    `1 in ${count(stockout)} rows`,
    `0 in ${count(none)}`,
    `not known in ${count(unknown)}`,
  ]);
  if (none > 0) return [told];
  return [
    told,
    `  0 needs data that goes on for ${horizonDays} days after a row: there is nothing to train on`,
  ];
}

function describeGaps({ gaps: { series, seriesWithGaps, missingDays, stepDays } }: Profile): string {
  const all = `${count(series)} store x product`;
  if (stepDays !== null && stepDays > 1) return `${all}, most with a row every ${stepDays} days`;
  if (missingDays === 0) return `${all}, no day is missing within one`;
  return `${all}, ${count(missingDays)} days are missing within ${count(seriesWithGaps)} of them`;
}

function describeColumn({ name, type, nulls, min, max }: ColumnProfile): string[] {
  return [shortened(name, 24), type, count(nulls), show(min), show(max)];
}

function show(value: string | number | null): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(12)));
  return value === null ? '-' : shortened(value, 16);
}

function counted(rows: number, what: string): string {
  return `${count(rows)} ${what}${rows === 1 ? '' : 's'}`;
}
