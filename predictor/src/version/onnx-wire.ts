import protobuf from 'protobufjs/minimal.js';

type Reader = protobuf.Reader;
/** What is done with a field, by its tag: it has to read the field's value. */
export type FieldReaders = Readonly<Record<number, (reader: Reader) => void>>;

/** Wire types: DELIMITED is of a message, a string or packed numbers. */
export const [VARINT, FIXED64, DELIMITED, FIXED32] = [0, 1, 2, 5];

export function tagOf(field: number, wire: number): number {
  return (field << 3) | wire;
}

/**
 * Reads a protobuf message; fields that nobody reads are passed over.
 * @throws for what is no message, and whatever a reader throws
 */
export function readMessage(bytes: Uint8Array, readers: FieldReaders): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const read = readers[tag];
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader);
  }
}

/** Numbers of one field, packed or one by one. */
export function numbersAt(
  field: number,
  wire: number,
  read: (reader: Reader) => number,
  take: (value: number) => void,
): FieldReaders {
  return {
    [tagOf(field, wire)]: (reader) => take(read(reader)),
    [tagOf(field, DELIMITED)]: (reader) => {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) take(read(reader));
    },
  };
}

export function readFloat(reader: Reader): number {
  return reader.float();
}

/** A count, or the number of a node, a tree or a feature. NaN for what is larger than any, or below 0: that takes more bytes. */
export function readCount(reader: Reader): number {
  const start = reader.pos;
  const count = reader.uint32();
  return reader.pos - start > 4 ? Number.NaN : count;
}
