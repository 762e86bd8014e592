import { InputError } from '@stockout/contracts';
import type { Metadata, Protocol } from './actions.ts';
import { type SchemaField, primitivesOf } from './schema.ts';
import { type MappingMode, mappingMode, partsOf, schemaFields } from './stored-columns.ts';
import { isWidening, typeChanges } from './type-changes.ts';

/** Features that bind readers: acted on here, or by DuckDB, or of no concern to who only reads. */
const READABLE = new Set([
  'timestampNtz',
  'vacuumProtocolCheck',
  'deletionVectors',
  'columnMapping',
  'v2Checkpoint',
  // What these allow is looked for in the columns.
  'typeWidening',
  'typeWidening-preview',
  'variantType',
  'variantType-preview',
  'variantShredding',
  'variantShredding-preview',
]);
const WRITABLE = new Set(['timestampNtz', 'vacuumProtocolCheck', 'appendOnly', 'invariants']);

/** What the legacy version numbers stand for, for the message. */
const LEGACY_WRITER = new Map([
  [3, 'CHECK constraints'],
  [4, 'change data feed, generated columns'],
  [5, 'column mapping'],
  [6, 'identity columns'],
]);

/** Reads the table wrong whoever does not understand what it uses: refused by name instead. */
export function checkReadable(table: string, protocol: Protocol, metadata: Metadata): void {
  if (metadata.format.provider !== 'parquet') refuse(table, `its files are ${metadata.format.provider}`);
  if (protocol.minReaderVersion > 3)
    refuse(table, `it needs a reader of version ${protocol.minReaderVersion}`);
  const unknown = (protocol.readerFeatures ?? []).filter((feature) => !READABLE.has(feature));
  if (unknown.length > 0) refuse(table, `it uses ${unknown.join(', ')}`);
  const mode = mappingMode({ protocol, metadata });
  if (!['none', 'name', 'id'].includes(mode)) refuse(table, `it uses columnMapping (${mode})`);
  for (const field of schemaFields(metadata)) {
    const why = unreadable(field, mode);
    if (why !== undefined) refuse(table, why);
  }
}

function unreadable(field: SchemaField, mode: MappingMode): string | undefined {
  if (mode === 'id' && typeof field.type !== 'string')
    return `it uses columnMapping (id) and its column ${field.name} is nested`;
  for (const { name, metadata } of partsOf(field)) {
    const change = typeChanges(metadata).find((one) => !isWidening(one));
    if (change !== undefined)
      return `it uses typeWidening of ${name} from ${change.fromType} to ${change.toType}`;
  }
  if (primitivesOf(field.type).includes('variant'))
    return `it uses variantType: its column ${field.name} is a variant`;
  return undefined;
}

/** A write that ignores a rule of the table would break it for others: refused by name instead. */
export function checkWritable(table: string, protocol: Protocol, metadata: Metadata): void {
  const { minWriterVersion: version } = protocol;
  if (version > 2 && version !== 7) {
    refuse(
      table,
      `it needs a writer of version ${version} (${LEGACY_WRITER.get(version) ?? 'not known here'})`,
    );
  }
  const unknown = (protocol.writerFeatures ?? []).filter((feature) => !WRITABLE.has(feature));
  if (unknown.length > 0) refuse(table, `it uses ${unknown.join(', ')}`);
  if (metadata.schemaString.includes('"delta.invariants"')) refuse(table, 'its columns have invariants');
  if (metadata.partitionColumns.length > 0) {
    refuse(
      table,
      `writing to a table partitioned by ${metadata.partitionColumns.join(', ')} is not supported`,
    );
  }
}

export function isAppendOnly(metadata: Metadata): boolean {
  return metadata.configuration['delta.appendOnly'] === 'true';
}

function refuse(table: string, why: string): never {
  throw new InputError(
    `Delta table ${table}: ${why}. Use a table without it, or rewrite this one without it`,
  );
}
