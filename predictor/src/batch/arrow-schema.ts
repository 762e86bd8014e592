import type { Feature } from '@stockout/contracts';
import { Endianness } from 'apache-arrow/fb/endianness';
import { Field } from 'apache-arrow/fb/field';
import { FloatingPoint } from 'apache-arrow/fb/floating-point';
import { Int } from 'apache-arrow/fb/int';
import { Schema } from 'apache-arrow/fb/schema';
import { Type } from 'apache-arrow/fb/type';
import { Encoding } from 'flatbuffers';
import { type ColumnPlaces, placeColumns } from './column-places.ts';
import { type ArrowMessage, notArrow } from './arrow-messages.ts';
import { NotRowsError } from './parse-rows.ts';

type NumberArray = ArrayLike<number | bigint>;

/** How a column's values lie in memory. */
export interface ColumnType {
  bytes: number;
  view(buffer: ArrayBuffer, offset: number, length: number): NumberArray;
}

export interface ArrowColumns {
  /** Undefined for a column of the type null, which has no values. */
  types: readonly (ColumnType | undefined)[];
  places: ColumnPlaces;
}

const typeOf = (
  constructor: new (buffer: ArrayBuffer, offset: number, length: number) => NumberArray,
  bytes: number,
): ColumnType => ({ bytes, view: (buffer, offset, length) => new constructor(buffer, offset, length) });

const SIGNED: Readonly<Record<number, ColumnType>> = {
  8: typeOf(Int8Array, 1),
  16: typeOf(Int16Array, 2),
  32: typeOf(Int32Array, 4),
  64: typeOf(BigInt64Array, 8),
};
const UNSIGNED: Readonly<Record<number, ColumnType>> = {
  8: typeOf(Uint8Array, 1),
  16: typeOf(Uint16Array, 2),
  32: typeOf(Uint32Array, 4),
  64: typeOf(BigUint64Array, 8),
};
/** By the format's number of a precision: half, single, double. */
const FLOATING = [typeOf(Float16Array, 2), typeOf(Float32Array, 4), typeOf(Float64Array, 8)];

/**
 * Reads the columns of a schema: one a feature, in any order, of whole or floating-point numbers of any size.
 * @throws {NotRowsError} naming each column that is missing, unknown or of another type
 */
export function readSchema({ header }: ArrowMessage, features: readonly Feature[]): ArrowColumns {
  const schema = header.header(new Schema()) as Schema | null;
  if (schema === null) throw notArrow('a schema without content');
  if (schema.endianness() !== Endianness.Little) throw notArrow('its numbers are big-endian');
  // What is behind these is not a feature of this model, and enough of that is named.
  const count = Math.min(schema.fieldsLength(), features.length + 100);
  const fields = Array.from({ length: count }, (_, index) => schema.fields(index, new Field()) as Field);
  const names = fields.map(nameOf);
  const places = placeColumns(names, features, false);
  return { places, types: fields.map((field, index) => columnTypeOf(field, names[index] as string)) };
}

function nameOf(field: Field): string {
  const name = field.name(Encoding.UTF8_BYTES) as Uint8Array | null;
  return Buffer.from(name?.subarray(0, 1_000) ?? []).toString('utf8');
}

function columnTypeOf(field: Field, name: string): ColumnType | undefined {
  if (field.dictionary() !== null) throw wrongType(name);
  if (field.typeType() === Type.Null) return undefined;
  let type: ColumnType | undefined;
  if (field.typeType() === Type.Int) {
    const int = field.type(new Int()) as Int | null;
    type = (int?.isSigned() === true ? SIGNED : UNSIGNED)[int?.bitWidth() ?? 0];
  } else if (field.typeType() === Type.FloatingPoint) {
    type = FLOATING[(field.type(new FloatingPoint()) as FloatingPoint | null)?.precision() ?? -1];
  }
  if (type === undefined) throw wrongType(name);
  return type;
}

function wrongType(field: string): NotRowsError {
  const message = 'must be a column of integers or floating-point numbers, not encoded as a dictionary';
  return new NotRowsError({ field, message });
}
