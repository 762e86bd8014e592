import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '@stockout/contracts';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import type { SourceColumn } from './columns.ts';

/** A file with raw rows. */
export interface SourceFile {
  /** As people wrote it. */
  name: string;
  /** Of its content: what makes a repeated ingest of the same file a single one. */
  sha256: string;
  /** Parquet has types of its own; in CSV all is text. */
  typed: boolean;
  columns: SourceColumn[];
  /** What stands after FROM. */
  relation: string;
  /** The row's number in the file, from 1. */
  rowNumber: string;
}

/** @throws InputError when it cannot be read, names the file and what to do */
export async function openSourceFile(db: DuckDB, name: string): Promise<SourceFile> {
  const path = resolve(name);
  const typed = await isParquet(name, path);
  const literal = quoteLiteral(path);
  const relation = typed
    ? `read_parquet(${literal}, file_row_number = true)`
    : `read_csv(${literal}, header = true, all_varchar = true)`;
  const columns = await readable(name, typed, () =>
    db.rows<SourceColumn>(`DESCRIBE FROM ${typed ? `read_parquet(${literal})` : relation}`),
  );
  const rowNumber = typed ? 'file_row_number + 1' : 'row_number() OVER ()';
  return { name, sha256: await sha256Of(path), typed, columns, relation, rowNumber };
}

/** @throws InputError instead of what DuckDB says of a file that it cannot read */
export async function readable<T>(name: string, typed: boolean, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // Only what speaks of the file: an interrupt or a full disk is another matter.
    if (
      !/^(Invalid Input|IO|Invalid|Serialization|Conversion|CSV|Parquet|Snappy|ZSTD|Internal|TProtocol)/i.test(
        message,
      )
    ) {
      throw cause;
    }
    const kind = typed ? 'Parquet' : 'CSV';
    throw new InputError(
      `${name} is not a readable ${kind} file: export or copy it again. (${message.split('\n')[0]})`,
      { cause },
    );
  }
}

async function isParquet(name: string, path: string): Promise<boolean> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InputError(`${name} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, { cause });
  });
  if (!found.isFile())
    throw new InputError(`${name} is not a file: name the Parquet or CSV files themselves`);
  if (found.size === 0) throw new InputError(`${name} is empty (0 bytes): export it again`);
  if (/\.(parquet|pq)$/i.test(path)) return true;
  await using handle = await open(path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  return bytesRead === 4 && buffer.toString('latin1') === 'PAR1';
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
