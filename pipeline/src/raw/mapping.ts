import { type Condition, InputError, type RawColumn } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';
import { conditionOf } from './condition.ts';

/** The part of the spec that says which columns the data has. */
export type DataSpec = Pick<StockoutModelSpec['data'], 'columns' | 'covariates'>;

export type Kind = RawColumn['kind'];

/** A column of the files and of the raw table, under the name that it has there. */
export interface SourceColumn {
  source: string;
  kind: Kind;
  /** In queries of ours: a standard name, or number_1 and so on. Users' own names could collide with ours. */
  alias: string;
  /** A row without a value is of no use. */
  required: boolean;
  /** The field of the spec that is about it. */
  field: string;
  /** Named in the spec, not taken by its standard name: then it must be there. */
  named: boolean;
  /** What it is compared with, when a 0/1 column is made of it. */
  condition?: Condition;
}

/** A column of the mapped rows: one of the standard ones, or a covariate under its own name. */
export interface MappedColumn {
  name: string;
  type: 'VARCHAR' | 'DATE' | 'DOUBLE' | 'INTEGER';
  source: SourceColumn;
  condition?: Condition | undefined;
}

export interface Mapping {
  sources: SourceColumn[];
  mapped: MappedColumn[];
}

type Field = keyof NonNullable<DataSpec['columns']>;

interface Standard extends Pick<MappedColumn, 'name' | 'type'> {
  field: Field;
  kind: Kind;
  /** Read only where the spec names it: what others call so need not be that. */
  byNameOnly?: boolean;
}

const STANDARD: readonly Standard[] = [
  { name: 'store_id', field: 'store', kind: 'key', type: 'VARCHAR' },
  { name: 'product_id', field: 'product', kind: 'key', type: 'VARCHAR' },
  { name: 'date', field: 'date', kind: 'day', type: 'DATE' },
  { name: 'price', field: 'price', kind: 'price', type: 'DOUBLE' },
  { name: 'promo', field: 'promo', kind: 'flag', type: 'INTEGER' },
  { name: 'daily_sales', field: 'sales', kind: 'amount', type: 'DOUBLE' },
  { name: 'inventory', field: 'inventory', kind: 'amount', type: 'DOUBLE' },
  { name: 'stockout', field: 'stockout', kind: 'flag', type: 'INTEGER' },
  { name: 'region', field: 'region', kind: 'text', type: 'VARCHAR', byNameOnly: true },
];
const REQUIRED = new Set(['store_id', 'product_id', 'date', 'stockout']);
/** Names that no covariate may have, whether the data has such columns or not. */
const ALWAYS = new Set(STANDARD.filter(({ byNameOnly }) => byNameOnly !== true).map(({ name }) => name));
const NEVER_NUMBERS = new Set<Kind>(['key', 'text', 'day']);

/**
 * Which columns of the data are read, and as what. The raw table keeps them as the files have them: what a
 * threshold means can then be changed without reading the files again.
 * @throws InputError when a column is to be two things at once
 */
export function mapColumns({ columns = {}, covariates = [] }: DataSpec): Mapping {
  const sources = new Map<string, SourceColumn>();
  const mapped: MappedColumn[] = [];
  for (const { name, field, kind, type, byNameOnly } of STANDARD) {
    const given = columns[field];
    if (typeof given === 'object' || (given === undefined && byNameOnly)) continue;
    const column = { source: given ?? name, kind, alias: name, required: REQUIRED.has(name) };
    const named = given !== undefined;
    const source = { ...column, field: `spec.data.columns.${field}`, named };
    // What nobody has named is only read by its standard name where that is free.
    if (!named && !source.required && isTaken(source, columns)) continue;
    mapped.push({ name, type, source: addOnce(sources, source) });
  }
  for (const { name, field, type } of STANDARD) {
    const given = columns[field];
    if (typeof given !== 'object') continue;
    const condition = conditionOf(given);
    const source = addNumber(sources, given.column, `spec.data.columns.${field}`, condition);
    source.required ||= REQUIRED.has(name);
    mapped.push({ name, type, source, condition });
  }
  const standard = inOrder(mapped);
  const others = covariates.map(({ column }, i): MappedColumn => {
    refuseStandardName(standard, column, i);
    return { name: column, type: 'DOUBLE', source: addCovariate(sources, column, i) };
  });
  return { sources: [...sources.values()], mapped: [...standard, ...others] };
}

function isTaken({ source }: SourceColumn, columns: NonNullable<DataSpec['columns']>): boolean {
  return Object.values(columns).some((given) => typeof given === 'string' && keyOf(given) === keyOf(source));
}

/** DuckDB and Spark do not tell upper from lower case in names. */
function keyOf(source: string): string {
  return source.toLowerCase();
}

function addOnce(sources: Map<string, SourceColumn>, column: SourceColumn): SourceColumn {
  const other = sources.get(keyOf(column.source));
  if (other !== undefined) {
    throw new InputError(
      `${other.field} and ${column.field} both mean column ${column.source}: a column is one thing only, name another or leave one out`,
    );
  }
  sources.set(keyOf(column.source), column);
  return column;
}

/** Of one column several 0/1 columns can be made, and it may be a standard one itself. */
function addNumber(
  sources: Map<string, SourceColumn>,
  source: string,
  field: string,
  condition: Condition,
): SourceColumn {
  const other = sources.get(keyOf(source));
  if (other !== undefined && NEVER_NUMBERS.has(other.kind)) {
    throw new InputError(
      `${field} compares column ${source} with a number, and ${other.field} is that column: name a column of numbers`,
    );
  }
  return other ?? addOnce(sources, { ...numberColumn(sources, source, field), condition });
}

/** @param standard the standard columns that are read */
function refuseStandardName(standard: readonly MappedColumn[], column: string, i: number): void {
  const key = keyOf(column);
  if (!ALWAYS.has(key) && standard.every(({ name }) => name !== key)) return;
  throw new InputError(
    `spec.data.covariates[${i}] is ${column}, which is the name of a standard column: leave it out, or rename the column`,
  );
}

function addCovariate(sources: Map<string, SourceColumn>, column: string, i: number): SourceColumn {
  const field = `spec.data.covariates[${i}]`;
  const other = sources.get(keyOf(column));
  if (other?.condition !== undefined && !other.field.startsWith('spec.data.covariates')) return other;
  return addOnce(sources, numberColumn(sources, column, field));
}

function numberColumn(sources: ReadonlyMap<string, SourceColumn>, source: string, field: string) {
  const alias = `number_${sources.size}`;
  return { source, kind: 'number' as const, alias, required: false, field, named: true };
}

/** Standard columns in their order, whatever they are made of. */
function inOrder(mapped: readonly MappedColumn[]): MappedColumn[] {
  return STANDARD.flatMap(({ name }) => mapped.filter((column) => column.name === name));
}
