import { InputError } from '@stockout/contracts';
import { quoteIdentifier } from '@stockout/features';

/** A Delta column: its type is the protocol's name for a primitive, or an object for a nested one. */
export interface Field {
  name: string;
  type: string | object;
  nullable: boolean;
}

/** Only in tables that others have made with it: it would raise the protocol of a table. */
const NAIVE = 'timestamp_ntz';

const DELTA_BY_DUCKDB = new Map([
  ['VARCHAR', 'string'],
  ['BIGINT', 'long'],
  ['INTEGER', 'integer'],
  ['SMALLINT', 'short'],
  ['TINYINT', 'byte'],
  ['DOUBLE', 'double'],
  ['FLOAT', 'float'],
  ['BOOLEAN', 'boolean'],
  ['DATE', 'date'],
  ['BLOB', 'binary'],
  ['TIMESTAMP WITH TIME ZONE', 'timestamp'],
  ['TIMESTAMP', NAIVE],
]);
const DUCKDB_BY_DELTA = new Map(Array.from(DELTA_BY_DUCKDB, ([duckdb, delta]) => [delta, duckdb]));

/**
 * The Delta type of a DuckDB type.
 * @returns undefined where there is none
 */
export function deltaType(type: string): string | undefined {
  return /^DECIMAL\(\d+,\d+\)$/.test(type) ? type.toLowerCase() : DELTA_BY_DUCKDB.get(type);
}

/** @param columns name and DuckDB type of each, as DESCRIBE has them */
export function fieldsOf(columns: readonly { column_name: string; column_type: string }[]): Field[] {
  return columns.map(({ column_name: name, column_type }) => {
    const type = deltaType(column_type);
    if (type === undefined) throw cannotBeWritten(name, column_type);
    return { name, type, nullable: true };
  });
}

function cannotBeWritten(column: string, type: string): TypeError {
  return new TypeError(`column ${column}: ${type} cannot be written to a Delta table`);
}

export function schemaString(fields: readonly Field[]): string {
  refuseNaive(fields);
  return JSON.stringify({ type: 'struct', fields: fields.map((field) => ({ ...field, metadata: {} })) });
}

export function parseSchema(text: string): Field[] {
  const { fields } = JSON.parse(text) as { fields: Field[] };
  return fields.map(({ name, type, nullable }) => ({ name, type, nullable }));
}

/**
 * The columns that rows would add to a table. They must have the table's own, of the same types, in any order; what
 * they have beyond these is new, and null in the rows before.
 * @throws InputError that names every column at fault
 */
export function newColumns(table: string, of: readonly Field[], rows: readonly Field[]): Field[] {
  const theirs = new Map(of.map((field) => [field.name, field]));
  const ours = new Set(rows.map(({ name }) => name));
  const added = rows.filter(({ name }) => !theirs.has(name));
  const faults = [
    ...of
      .filter(({ name }) => !ours.has(name))
      .map(({ name, nullable }) => `column ${name} is missing${nullable ? '' : ', which must have a value'}`),
    ...added.flatMap(({ name }) => twinOf(name, of) ?? []),
    ...rows.flatMap(({ name, type }) => {
      const expected = theirs.get(name)?.type;
      if (expected === undefined || typeName(expected) === typeName(type)) return [];
      return [`column ${name} is ${typeName(type)} where the table has ${typeName(expected)}`];
    }),
  ];
  if (faults.length > 0) throw new InputError(`cannot append to table ${table}: ${faults.join('; ')}`);
  return added.map((field) => ({ ...field, nullable: true }));
}

/** A table's schema with columns at its end: what its writer has noted about the others stays. */
export function withColumns(text: string, added: readonly Field[]): string {
  if (added.length === 0) return text;
  refuseNaive(added);
  const schema = JSON.parse(text) as { fields: object[] };
  const fields = [...schema.fields, ...added.map((field) => ({ ...field, metadata: {} }))];
  return JSON.stringify({ ...schema, fields });
}

function refuseNaive(fields: readonly Field[]): void {
  const naive = fields.find(({ type }) => type === NAIVE);
  if (naive !== undefined) throw cannotBeWritten(naive.name, 'TIMESTAMP');
}

/** Readers of Delta tables do not tell columns apart by their case. */
function twinOf(name: string, of: readonly Field[]): string | undefined {
  const twin = of.find((field) => field.name.toLowerCase() === name.toLowerCase());
  return twin && `column ${name} differs from the table's ${twin.name} by case alone`;
}

/** NULL of each column's type: gives a relation its columns where a file lacks them, or where there is no file. */
export function nullColumns(fields: readonly Field[]): string {
  return fields
    .map((field) => `CAST(NULL AS ${duckdbType(field)}) AS ${quoteIdentifier(field.name)}`)
    .join(', ');
}

export function duckdbType({ name, type }: Field): string {
  const found = duckdbTypeOf(type as DeltaType);
  if (found === undefined)
    throw new InputError(`column ${name}: ${typeName(type)} columns are not supported`);
  return found;
}

/** A column's type as the protocol's JSON has it. */
export type DeltaType =
  | string
  | { type: 'array'; elementType: DeltaType }
  | { type: 'map'; keyType: DeltaType; valueType: DeltaType }
  | { type: 'struct'; fields: SchemaField[] };

/** A column, or a part of one, with what its writer has noted about it. */
export interface SchemaField extends Field {
  type: DeltaType;
  metadata?: Record<string, unknown>;
}

/** The primitive types in a type. */
export function primitivesOf(type: DeltaType): string[] {
  if (typeof type === 'string') return [type];
  if (type.type === 'array') return primitivesOf(type.elementType);
  if (type.type === 'map') return [...primitivesOf(type.keyType), ...primitivesOf(type.valueType)];
  return type.fields.flatMap((field) => primitivesOf(field.type));
}

/** @returns undefined where it, or a part of it, is not known */
function duckdbTypeOf(type: DeltaType): string | undefined {
  if (typeof type === 'string') {
    const plain = type.replaceAll(' ', '');
    return /^decimal\(\d+,\d+\)$/.test(plain) ? plain.toUpperCase() : DUCKDB_BY_DELTA.get(plain);
  }
  if (type.type === 'array') {
    const element = duckdbTypeOf(type.elementType);
    return element && `${element}[]`;
  }
  if (type.type === 'map') {
    const [key, value] = [duckdbTypeOf(type.keyType), duckdbTypeOf(type.valueType)];
    return key && value && `MAP(${key}, ${value})`;
  }
  const members = type.fields.map((member) => [member.name, duckdbTypeOf(member.type)] as const);
  if (members.some(([, member]) => member === undefined)) return undefined;
  return `STRUCT(${members.map(([name, member]) => `${quoteIdentifier(name)} ${member}`).join(', ')})`;
}

/** For messages. */
export function typeName(type: string | object): string {
  return typeof type === 'string' ? type.replaceAll(' ', '') : JSON.stringify(type);
}
