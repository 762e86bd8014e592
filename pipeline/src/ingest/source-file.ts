import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '@stockout/contracts';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import type { DescribedColumn, Dialect } from '../raw/source-columns.ts';
import { readCsvHeader } from './csv-header.ts';
import { type SourceOptions, checkOptions } from './source-options.ts';
import { readable } from './unreadable.ts';

/** A file with raw rows. */
export interface SourceFile {
  /** As people wrote it. */
  name: string;
  /** Of its content: what makes a repeated ingest of the same file a single one. */
  sha256: string;
  dialect: Dialect;
  columns: DescribedColumn[];
  /** What stands after FROM. */
  relation: string;
}

/** @throws InputError when one cannot be read, names the file and what to do */
export async function openSourceFiles(
  db: DuckDB,
  { report }: Pick<PipelineContext, 'report'>,
  names: readonly string[],
  options: SourceOptions,
): Promise<SourceFile[]> {
  await checkOptions(db, options);
  const files: SourceFile[] = [];
  for (const name of names) {
    report?.({ step: 'read', done: files.length, total: names.length });
    files.push(await openSourceFile(db, name, options));
  }
  return files;
}

async function openSourceFile(db: DuckDB, name: string, options: SourceOptions): Promise<SourceFile> {
  const path = resolve(name);
  const typed = await isParquet(name, path);
  const described = typed ? await describeParquet(db, name, path) : await describeCsv(name, path, options);
  const { dateFormat, decimalComma } = options;
  return {
    name,
    sha256: await sha256Of(path),
    dialect: { typed, dateFormat, decimalComma },
    ...described,
  };
}

type Described = Pick<SourceFile, 'relation' | 'columns'>;

async function describeParquet(db: DuckDB, name: string, path: string): Promise<Described> {
  const literal = quoteLiteral(path);
  const describe = () => db.rows<DescribedColumn>(`DESCRIBE FROM read_parquet(${literal})`);
  return {
    relation: `read_parquet(${literal})`,
    columns: await readable(name, { typed: true }, describe),
  };
}

async function describeCsv(name: string, path: string, options: SourceOptions): Promise<Described> {
  const { delimiter, names } = await readable(name, { typed: false }, () =>
    readCsvHeader(name, path, options),
  );
  // An index that pandas has written, or what a delimiter at the end of each line makes.
  const columns = names.map((column_name, i) => ({
    column_name: column_name === '' ? free(`column ${i + 1}`, names) : column_name,
    column_type: 'VARCHAR',
    unnamed: column_name === '',
  }));
  const types = columns.map(({ column_name }) => `${quoteLiteral(column_name)}: 'VARCHAR'`).join(', ');
  const quote = quoteLiteral(options.quote ?? '"');
  return {
    // Nothing is guessed: a row that does not fit the header is an error that names its line.
    relation: `read_csv(${quoteLiteral(path)}, auto_detect = false, header = true, delim = ${quoteLiteral(delimiter)},
      quote = ${quote}, escape = ${quote}, encoding = ${quoteLiteral(options.encoding ?? 'utf-8')}, columns = {${types}})`,
    columns,
  };
}

function free(name: string, names: readonly string[]): string {
  return names.includes(name) ? free(`${name}_`, names) : name;
}

async function isParquet(name: string, path: string): Promise<boolean> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InputError(missingOrUnreadable(name, cause as NodeJS.ErrnoException), { cause });
  });
  if (found.isDirectory() && (await stat(join(path, '_delta_log')).catch(() => undefined))) {
    throw new InputError(
      `${name} is not a file but a Delta table: name it as spec.data.rawTable, it is read where it is`,
    );
  }
  if (!found.isFile()) {
    throw new InputError(
      `${name} is not a file: name the Parquet or CSV files themselves${found.isDirectory() ? `, as in ${join(name, '*.parquet')}` : ''}`,
    );
  }
  if (found.size === 0) throw new InputError(`${name} is empty (0 bytes): export it again`);
  if (/\.(parquet|pq)$/i.test(path)) return true;
  await using handle = await open(path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  return bytesRead === 4 && buffer.toString('latin1') === 'PAR1';
}

function missingOrUnreadable(name: string, { code, message }: NodeJS.ErrnoException): string {
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return `${name} cannot be read: ${message}`;
  // A shell hands on a pattern that matches nothing as it is.
  return /[*?[]/.test(name) ? `no file is named like ${name}` : `${name} does not exist: correct the name`;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
