import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '@stockout/contracts';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import type { SourceColumn } from './columns.ts';
import { readCsvHeader } from './csv-header.ts';

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
  const { relation, columns } = typed ? await describeParquet(db, name, path) : await describeCsv(name, path);
  const rowNumber = typed ? 'file_row_number + 1' : 'row_number() OVER ()';
  return { name, sha256: await sha256Of(path), typed, columns, relation, rowNumber };
}

type Described = Pick<SourceFile, 'relation' | 'columns'>;

async function describeParquet(db: DuckDB, name: string, path: string): Promise<Described> {
  const literal = quoteLiteral(path);
  const describe = () => db.rows<SourceColumn>(`DESCRIBE FROM read_parquet(${literal})`);
  return {
    relation: `read_parquet(${literal}, file_row_number = true)`,
    columns: await readable(name, true, describe),
  };
}

async function describeCsv(name: string, path: string): Promise<Described> {
  const { delimiter, names } = await readable(name, false, () => readCsvHeader(name, path));
  const types = names.map((column) => `${quoteLiteral(column)}: 'VARCHAR'`).join(', ');
  return {
    // Nothing is guessed: a row that does not fit the header is an error that names its line.
    relation: `read_csv(${quoteLiteral(path)}, auto_detect = false, header = true, delim = ${quoteLiteral(delimiter)},
      quote = '"', escape = '"', columns = {${types}})`,
    columns: names.map((column_name) => ({ column_name, column_type: 'VARCHAR' })),
  };
}

/** @throws InputError instead of what DuckDB says of a file that it cannot read */
export async function readable<T>(name: string, typed: boolean, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!speaksOfFile(cause)) throw cause;
    const kind = typed ? 'Parquet' : 'CSV';
    const [line] = cause.message.split('\n');
    throw new InputError(`${name} is not a readable ${kind} file: export or copy it again. (${line})`, {
      cause,
    });
  }
}

const OF_A_FILE =
  /^(Invalid Input|IO|Invalid|Serialization|Conversion|CSV|Parquet|Snappy|ZSTD|Internal|TProtocol)/i;
const OF_THE_MACHINE = /no space|out of memory|max_temp_directory_size/i;

/** Whether DuckDB complains of what it reads: an interrupt, lack of memory or a full disk is another matter. */
export function speaksOfFile(error: unknown): error is Error {
  return error instanceof Error && OF_A_FILE.test(error.message) && !OF_THE_MACHINE.test(error.message);
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
