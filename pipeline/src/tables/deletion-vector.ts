import { crc32 } from 'node:zlib';
import { InputError, StockoutError } from '@stockout/contracts';
import { NotFoundError } from '@stockout/storage';
import type { AddFile, DeletionVector } from './actions.ts';
import { dataKey } from './data-files.ts';
import { type TableLocation, keyIn } from './log.ts';
import { type Run, readRoaring64 } from './roaring.ts';
import { decodeZ85 } from './z85.ts';

/** What all serialized vectors begin with, little-endian; it stands for the portable format. */
const MAGIC = 1_681_511_377;
const FILE_VERSION = 1;
/** A UUID of 16 bytes in Z85. */
const UUID_CHARACTERS = 20;

/** Tells a data file with this vector from the same file with another, or with none. */
export function vectorId({ storageType, pathOrInlineDv, offset }: DeletionVector): string {
  const id = `${storageType}${pathOrInlineDv}`;
  return offset == null ? id : `${id}@${offset}`;
}

/** Reads the bytes under a key: vectors of a commit share a file, which whoever reads them all keeps at hand. */
type ReadFile = (key: string) => Promise<Uint8Array>;

/**
 * The rows of a data file that are not in the table, by their place in the file, from 0 on. They are checked while they
 * are read: what they add up to is only known at their end.
 * @throws InputError when it is stored in a way that is not known here
 * @throws StockoutError when it is missing, damaged or of another cardinality than the log says
 */
export async function readDeletedRows(
  location: TableLocation,
  { path }: Pick<AddFile, 'path'>,
  vector: DeletionVector,
  read: ReadFile,
): Promise<Iterable<Run>> {
  const key = vectorKey(location, vector);
  const where = `the deletion vector of ${path} of table ${location.name} (${key ?? 'in its log'})`;
  try {
    const bytes = key === undefined ? inlineBytes(vector) : frameBytes(await read(key), vector);
    return checkedRows(bytes, vector.cardinality, where);
  } catch (cause) {
    throw explained(where, cause);
  }
}

function explained(where: string, cause: unknown): unknown {
  if (cause instanceof NotFoundError)
    return new StockoutError(`${where} is missing: take a newer version, or restore it from a backup`, {
      cause,
    });
  if (!(cause instanceof RangeError)) return cause;
  return new StockoutError(`${where} is damaged, ${cause.message}: restore it from a backup`, { cause });
}

/** @returns undefined where the log itself has the bytes */
function vectorKey(
  location: TableLocation,
  { storageType, pathOrInlineDv }: DeletionVector,
): string | undefined {
  if (storageType === 'i') return undefined;
  if (storageType === 'p') return dataKey(location, pathOrInlineDv);
  if (storageType === 'u') {
    const prefix = pathOrInlineDv.slice(0, -UUID_CHARACTERS);
    const name = `deletion_vector_${uuidOf(location, pathOrInlineDv.slice(-UUID_CHARACTERS))}.bin`;
    return keyIn(location, prefix === '' ? name : `${prefix}/${name}`);
  }
  throw new InputError(
    `Delta table ${location.name}: it has deletion vectors of storage type ${storageType}, which is not known here. ` +
      'Rewrite it without them (REORG TABLE ... APPLY (PURGE))',
  );
}

function uuidOf(location: TableLocation, text: string): string {
  try {
    const hex = Buffer.from(decodeZ85(text)).toString('hex');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  } catch (cause) {
    throw new StockoutError(
      `the log of table ${location.name} is damaged: "${text}" names no deletion vector`,
      { cause },
    );
  }
}

/** Z85 knows only whole groups of four: what was added to fill the last one is not part of the vector. */
function inlineBytes({ pathOrInlineDv, sizeInBytes }: DeletionVector): Uint8Array {
  const bytes = decodeZ85(pathOrInlineDv);
  if (bytes.length < sizeInBytes) throw new RangeError(`it has ${bytes.length} bytes of ${sizeInBytes}`);
  return bytes.subarray(0, sizeInBytes);
}

/** In a file a vector stands between its size and its CRC-32, all numbers big-endian. */
function frameBytes(file: Uint8Array, { offset, sizeInBytes }: DeletionVector): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = view.getUint8(0);
  if (version !== FILE_VERSION) throw new RangeError(`its file has the version ${version}, not 1`);
  const start = (offset ?? 0) + 4;
  const size = view.getUint32(start - 4);
  if (size !== sizeInBytes) throw new RangeError(`it has ${size} bytes and the log says ${sizeInBytes}`);
  const checksum = view.getUint32(start + size);
  const bytes = file.subarray(start, start + size);
  if (crc32(bytes) !== checksum) throw new RangeError('its checksum does not fit');
  return bytes;
}

function* checkedRows(bytes: Uint8Array, cardinality: number, where: string): Generator<Run> {
  try {
    const magic = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    if (magic !== MAGIC) throw new RangeError(`its magic number is ${magic}, not ${MAGIC}`);
    let rows = 0;
    for (const run of readRoaring64(bytes.subarray(4))) {
      rows += run.past - run.first;
      yield run;
    }
    if (rows !== cardinality) throw new RangeError(`it has ${rows} rows and the log says ${cardinality}`);
  } catch (cause) {
    throw explained(where, cause);
  }
}
