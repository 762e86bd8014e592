import { quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { Metadata, Protocol } from './actions.ts';
import { type DeltaType, type Field, type SchemaField, duckdbType } from './schema.ts';
import { typeChanges } from './type-changes.ts';

/** How a table's columns are found in its data files: by their own names, or as a mapping says. */
export type MappingMode = 'none' | 'name' | 'id';

const MODE = 'delta.columnMapping.mode';
const PHYSICAL_NAME = 'delta.columnMapping.physicalName';
const ID = 'delta.columnMapping.id';

/** A column of a table, and what its data files, their stats and the partition values have in its place. */
export interface StoredColumn {
  field: Field;
  /** Under the names that files have, on all levels. */
  stored: Field;
  /** Of the column in files that are to be read by ids. */
  id: number | undefined;
  /** Files may have it, or a part of it, as a narrower type. */
  widened: boolean;
}

interface OfTable {
  protocol: Protocol;
  metadata: Metadata;
}

/** The property counts only where the protocol says so. */
export function mappingMode({ protocol, metadata }: OfTable): MappingMode {
  const { minReaderVersion: version, readerFeatures } = protocol;
  const isSupported = version === 2 || (version === 3 && readerFeatures?.includes('columnMapping'));
  return isSupported ? ((metadata.configuration[MODE] ?? 'none') as MappingMode) : 'none';
}

export function storedColumns(table: OfTable): StoredColumn[] {
  const mode = mappingMode(table);
  return schemaFields(table.metadata).map((field) => {
    const { name, type, nullable, metadata } = field;
    return {
      field: { name, type, nullable },
      stored: mode === 'none' ? { name, type, nullable } : { ...physical(field), nullable },
      id: mode === 'id' ? (metadata?.[ID] as number) : undefined,
      widened: partsOf(field).some((part) => typeChanges(part.metadata).length > 0),
    };
  });
}

/** The name under which a column has its stats. */
export function storedName(table: OfTable, column: string): string {
  return storedColumns(table).find(({ field }) => field.name === column)?.stored.name ?? column;
}

export function schemaFields({ schemaString }: Metadata): SchemaField[] {
  return (JSON.parse(schemaString) as { fields: SchemaField[] }).fields;
}

/** A field and all fields within it. */
export function partsOf(field: SchemaField): SchemaField[] {
  return [field, ...fieldsWithin(field.type).flatMap(partsOf)];
}

function fieldsWithin(type: DeltaType): SchemaField[] {
  if (typeof type === 'string') return [];
  if (type.type === 'array') return fieldsWithin(type.elementType);
  if (type.type === 'map') return [...fieldsWithin(type.keyType), ...fieldsWithin(type.valueType)];
  return type.fields;
}

function physical({ name, type, metadata }: SchemaField): { name: string; type: DeltaType } {
  return { name: (metadata?.[PHYSICAL_NAME] as string | undefined) ?? name, type: physicalType(type) };
}

function physicalType(type: DeltaType): DeltaType {
  if (typeof type === 'string') return type;
  if (type.type === 'array') return { ...type, elementType: physicalType(type.elementType) };
  if (type.type === 'map')
    return { ...type, keyType: physicalType(type.keyType), valueType: physicalType(type.valueType) };
  return { ...type, fields: type.fields.map((field) => ({ ...field, ...physical(field) })) };
}

/** What gives a column its value, name and type, where FROM has it as stored. */
export function columnSql({ field, stored, widened }: StoredColumn): string {
  const name = quoteIdentifier(field.name);
  const value = renamed(quoteIdentifier(stored.name), stored.type as DeltaType, field.type as DeltaType, 0);
  if (!widened) return value === name ? name : `${value} AS ${name}`;
  return `CAST(${value} AS ${duckdbType(field)}) AS ${name}`;
}

/** A value with the names of its parts as the table has them; itself where they are that already. */
function renamed(value: string, from: DeltaType, to: DeltaType, depth: number): string {
  if (typeof from === 'string' || typeof to === 'string') return value;
  const item = `part_${depth}`;
  if (from.type === 'array' && to.type === 'array') {
    const element = renamed(item, from.elementType, to.elementType, depth + 1);
    return element === item ? value : `list_transform(${value}, lambda ${item}: ${element})`;
  }
  if (from.type === 'map' && to.type === 'map') {
    const [key, content] = [member(item, 'key'), member(item, 'value')];
    const newKey = renamed(key, from.keyType, to.keyType, depth + 1);
    const newContent = renamed(content, from.valueType, to.valueType, depth + 1);
    if (newKey === key && newContent === content) return value;
    const entry = `struct_pack(key := ${newKey}, value := ${newContent})`;
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: ${entry}))`;
  }
  if (from.type !== 'struct' || to.type !== 'struct') return value;
  return renamedStruct(value, from.fields, to.fields, depth);
}

function renamedStruct(
  value: string,
  from: readonly SchemaField[],
  to: readonly SchemaField[],
  depth: number,
): string {
  let changes = false;
  const members = to.map((field, i) => {
    const stored = from[i] ?? field;
    const inner = member(value, stored.name);
    const content = renamed(inner, stored.type, field.type, depth);
    changes ||= content !== inner || stored.name !== field.name;
    return `${quoteIdentifier(field.name)} := ${content}`;
  });
  if (!changes) return value;
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${members.join(', ')}) END`;
}

function member(struct: string, name: string): string {
  return `struct_extract(${struct}, ${quoteLiteral(name)})`;
}
