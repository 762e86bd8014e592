import type { RowBlock } from './row-block.ts';

/** A row of any kind of text is no longer than this. */
export const MAX_ROW_BYTES = 64 * 1024;

/** Reads a body that arrives in parts, cut anywhere. It keeps what is not a whole row yet: a row's bytes at the most. */
export interface PartReader {
  /**
   * @param bytes are not read any more once all rows were taken, and may then be freed
   * @param last nothing follows these bytes
   * @returns the rows that are whole by now, in their order
   * @throws {UnreadableError | NotJsonError | NotRowsError} the body can be read no further
   */
  read(bytes: Buffer, last: boolean): Iterable<RowBlock>;
}

/** Bytes that are not of the kind that the request says. */
export class UnreadableError extends Error {
  override name = 'UnreadableError';
  /** What they should have been, as in "the body is not CSV". */
  readonly what: string;

  constructor(what: string, why: string) {
    super(why);
    this.what = what;
  }
}
