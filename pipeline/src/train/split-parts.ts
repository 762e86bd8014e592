import { StockoutError } from '@stockout/contracts';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import { readFeatureMatrix } from '../engines/duckdb/feature-matrix.ts';
import type { FeaturesTable } from '../features.ts';
import { countLabelledGroups, groupName, labelledRows } from './day-counts.ts';
import { drawGroups, type GroupSplit } from './group-split.ts';
import { drawParts, PART, type RandomSplit } from './random-split.ts';
import type { SplitPlan } from './split-plan.ts';

/** Some of the labelled rows. */
export interface Part {
  /** SQL condition on the features table. */
  where: string;
  /** Of those, in the order of store, product and day, the ones with a 1; default: all. */
  marks?: Uint8Array;
}

export interface SplitParts {
  /** All that does not test. */
  train: Part;
  test: Part;
  /** Of the training rows, where something is chosen on some of them. */
  choosing: { train: Part; validation: Part } | undefined;
}

/** Which rows are in which part. */
export async function partsOf(db: DuckDB, table: FeaturesTable, plan: SplitPlan): Promise<SplitParts> {
  switch (plan.strategy) {
    case 'Random':
      return randomParts(db, table, plan);
    case 'Time':
      return timeParts(plan, labelledRows(table));
    case 'Store':
    case 'Product':
      return groupParts(db, table, plan);
  }
}

export function requireChoosing({ choosing }: SplitParts, { strategy }: SplitPlan) {
  if (choosing === undefined) throw new StockoutError(`split ${strategy} has no validation rows`);
  return choosing;
}

function timeParts(plan: Extract<SplitPlan, { strategy: 'Time' }>, isLabelled: string): SplitParts {
  const { trainFrom, trainTo, choosingTrainTo, validationFrom, validationTo, testFrom, testTo } = plan;
  const between = (from: string, to: string): Part => ({
    where: `CAST(date AS DATE) BETWEEN DATE ${quoteLiteral(from)} AND DATE ${quoteLiteral(to)} AND ${isLabelled}`,
  });
  const validates = choosingTrainTo && validationFrom && validationTo;
  return {
    train: between(trainFrom, trainTo),
    test: between(testFrom, testTo),
    choosing: validates
      ? { train: between(trainFrom, choosingTrainTo), validation: between(validationFrom, validationTo) }
      : undefined,
  };
}

async function groupParts(db: DuckDB, table: FeaturesTable, plan: GroupSplit): Promise<SplitParts> {
  const { test, validation } = drawGroups(await countLabelledGroups(db, table, plan.strategy), plan);
  const isOne = (groups: readonly { name: string }[], not = ''): Part => {
    const names = groups.map(({ name }) => quoteLiteral(name)).join(', ');
    return { where: `${groupName(plan.strategy)} ${not} IN (${names}) AND ${labelledRows(table)}` };
  };
  const validates = plan.validationGroups !== undefined;
  return {
    train: isOne(test, 'NOT'),
    test: isOne(test),
    choosing: validates
      ? { train: isOne([...test, ...validation], 'NOT'), validation: isOne(validation) }
      : undefined,
  };
}

/** Drawn by the labels, which are read for it in the order of the rows. */
async function randomParts(db: DuckDB, table: FeaturesTable, plan: RandomSplit): Promise<SplitParts> {
  const { relation, label } = table;
  const where = labelledRows(table);
  const { labels } = await readFeatureMatrix(db, { relation, features: [], label, where });
  const drawn = drawParts(labels, plan);
  const pick = (...parts: number[]): Part => ({
    where,
    marks: drawn.map((part) => Number(parts.includes(part))),
  });
  return {
    train: pick(PART.train, PART.validation),
    test: pick(PART.test),
    choosing: { train: pick(PART.train), validation: pick(PART.validation) },
  };
}
