import { InputError } from '@stockout/contracts';
import type { Metadata, Protocol } from './actions.ts';

/** Features that a reader need not act on, because DuckDB does or because they only bind writers. */
const READABLE = new Set(['timestampNtz', 'vacuumProtocolCheck']);
const WRITABLE = new Set([...READABLE, 'appendOnly', 'invariants']);

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
  const mapping = metadata.configuration['delta.columnMapping.mode'] ?? 'none';
  if (mapping !== 'none') refuse(table, `it uses columnMapping (${mapping})`);
  if (protocol.minReaderVersion > 3)
    refuse(table, `it needs a reader of version ${protocol.minReaderVersion}`);
  const unknown = (protocol.readerFeatures ?? []).filter((feature) => !READABLE.has(feature));
  if (unknown.length > 0) refuse(table, `it uses ${unknown.join(', ')}`);
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
