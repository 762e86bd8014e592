import type { Feature } from '@stockout/contracts';
import type { Buffer as BufferPlace } from 'apache-arrow/fb/buffer';
import type { FieldNode } from 'apache-arrow/fb/field-node';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { type ArrowMessage, ArrowMessages, notArrow } from './arrow-messages.ts';
import { type ArrowColumns, type ColumnType, readSchema } from './arrow-schema.ts';
import { releaseMemory } from '../release-memory.ts';
import type { PartReader } from './part-reader.ts';
import { RowBlock } from './row-block.ts';

/** Rows at a time: a megabyte of a matrix of 15 columns. */
const BLOCK_ROWS = 16_384;

/** The rows of a record batch that one column holds. */
interface Column {
  feature: Feature;
  /** In model order. */
  place: number;
  /** Undefined where every value is null. */
  values: ArrayLike<number | bigint> | undefined;
  /** A bit a row, 1 for a value; undefined where every row has one. */
  validity: Uint8Array | undefined;
}

/** An Arrow IPC stream with a column a feature; null and NaN are missing values. */
export class ArrowReader implements PartReader {
  readonly #features: readonly Feature[];
  readonly #messages = new ArrowMessages();
  #columns: ArrowColumns | undefined;
  #rows = 0;

  constructor(features: readonly Feature[]) {
    this.#features = features;
  }

  *read(bytes: Buffer, last: boolean): Generator<RowBlock, void> {
    this.#messages.push(bytes);
    for (let message = this.#messages.next(); message !== undefined; message = this.#messages.next()) {
      const type = message.header.headerType();
      if (this.#columns === undefined) {
        if (type !== MessageHeader.Schema) throw notArrow('its first message is no schema');
        this.#columns = readSchema(message, this.#features);
      } else if (type === MessageHeader.RecordBatch) {
        yield* this.#readBatch(message, this.#columns);
        releaseMemory(message.body);
      } else throw notArrow(`a message of the type ${type} where a record batch belongs`);
    }
    if (!last) return;
    this.#messages.finish();
    if (this.#columns === undefined) throw notArrow('it is empty');
  }

  *#readBatch(message: ArrowMessage, columns: ArrowColumns): Generator<RowBlock, void> {
    const batch = message.header.header(new RecordBatch()) as RecordBatch | null;
    if (batch === null) throw notArrow('a record batch without content');
    if (batch.compression() !== null) throw notArrow('its record batches are compressed: write them without');
    const rows = Number(batch.length());
    // A row of numbers takes a byte at least: a batch that says it has more would only take our memory.
    if (rows < 0 || rows > message.body.length)
      throw notArrow(`a record batch of ${rows} rows in ${message.body.length} bytes`);
    const all = readColumns(batch, message.body, rows, columns, this.#features);
    for (let start = 0; start < rows; start += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows - start);
      yield fillBlock(all, start, count, new RowBlock(this.#features.length, this.#rows, count), this.#rows);
      this.#rows += count;
    }
  }
}

function readColumns(
  batch: RecordBatch,
  body: Buffer,
  rows: number,
  { types, places }: ArrowColumns,
  features: readonly Feature[],
): Column[] {
  let buffer = 0;
  return places.map((place, index) => {
    const type = types[index];
    const feature = features[place] as Feature;
    const node = batch.nodes(index);
    if (node === null || Number(node.length()) !== rows)
      throw notArrow(`${feature.name} has not ${rows} rows`);
    if (type === undefined) return { feature, place, values: undefined, validity: undefined };
    const validity = readValidity(batch.buffers(buffer), node, body, rows);
    const values = readValues(batch.buffers(buffer + 1), type, body, rows);
    buffer += 2;
    return { feature, place, values, validity };
  });
}

function readValidity(
  place: BufferPlace | null,
  node: FieldNode,
  body: Buffer,
  rows: number,
): Uint8Array | undefined {
  if (node.nullCount() === 0n || place === null || place.length() === 0n) return undefined;
  const offset = within(place, Math.ceil(rows / 8), body);
  return body.subarray(offset);
}

function readValues(
  place: BufferPlace | null,
  { bytes, view }: ColumnType,
  body: Buffer,
  rows: number,
): ArrayLike<number | bigint> {
  if (place === null) throw notArrow('a column without values');
  const offset = within(place, rows * bytes, body);
  const memory = body.buffer as ArrayBuffer;
  if (offset % bytes === 0) return view(memory, offset, rows);
  return view(memory.slice(offset, offset + rows * bytes), 0, rows);
}

/** @returns where it begins in the body, which holds so many bytes of it */
function within(place: BufferPlace, bytes: number, body: Buffer): number {
  const offset = Number(place.offset());
  const length = Number(place.length());
  if (offset < 0 || length < bytes || offset + length > body.length)
    throw notArrow('a column reaches beyond its record batch');
  return offset;
}

function fillBlock(
  columns: readonly Column[],
  start: number,
  count: number,
  block: RowBlock,
  first: number,
): RowBlock {
  const width = columns.length;
  const { matrix } = block;
  for (const { feature, place, values, validity } of columns) {
    for (let index = 0; index < count; index++) {
      const row = start + index;
      const known = values !== undefined && (validity === undefined || isSet(validity, row));
      const value = known ? Number(values[row]) : Number.NaN;
      matrix[index * width + place] = value;
      if (Number.isFinite(matrix[index * width + place])) continue;
      if (feature.nullable && Number.isNaN(value)) continue;
      const message = complaintOf(known, value);
      if (!block.complain([{ field: `[${first + index}].${feature.name}`, message }])) return block;
    }
  }
  block.count = count;
  return block;
}

function isSet(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] as number) >> (index & 7)) & 1) === 1;
}

function complaintOf(known: boolean, value: number): string {
  if (!known) return 'must be a number, not null';
  if (Number.isNaN(value)) return 'must be a number, not NaN';
  return 'must be a finite 32-bit number (at most 3.4e38)';
}
