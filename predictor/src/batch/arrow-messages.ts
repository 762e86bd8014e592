import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { ByteBuffer } from 'flatbuffers';
import { ByteAssembly } from './byte-assembly.ts';
import { NotRowsError } from './parse-rows.ts';
import { UnreadableError } from './part-reader.ts';

/** A schema or a record batch's description; that of a thousand columns takes a tenth of it. */
const MAX_METADATA_BYTES = 2 ** 20;
/** A record batch is held as a whole, so that its size has to have a bound. */
const MAX_ARROW_BODY_BYTES = 16 * 2 ** 20;
const PREFIX_BYTES = 8;
const CONTINUATION = 0xffffffff;

export interface ArrowMessage {
  header: Message;
  /** Its memory begins with it. */
  body: Buffer;
}

/**
 * Cuts an Arrow IPC stream into messages (the format's "encapsulated message format"). The lengths are checked before
 * anything is held or decoded: a library that trusts them lets a caller choose how much memory we take.
 */
export class ArrowMessages {
  readonly #bytes = new ByteAssembly();
  /** Bytes of metadata to come; undefined in front of a message. */
  #metadata: number | undefined;
  #header: Message | undefined;
  #ended = false;

  /** @param bytes are read until `next` returns undefined, and not after it */
  push(bytes: Buffer): void {
    this.#bytes.push(bytes);
  }

  /** @throws {UnreadableError} when the stream ends here, and may not */
  finish(): void {
    if (this.#bytes.begun || this.#metadata !== undefined || this.#header !== undefined)
      throw notArrow('it ends within a message');
  }

  /** The next message that is whole; undefined while there is none. */
  next(): ArrowMessage | undefined {
    if (this.#ended) return this.#refuseMore();
    if (this.#header === undefined) this.#header = this.#readHeader();
    if (this.#header === undefined) return undefined;
    const header = this.#header;
    const body = this.#bytes.take(bodyLengthOf(header));
    if (body === undefined) return undefined;
    this.#header = undefined;
    return { header, body };
  }

  #readHeader(): Message | undefined {
    if (this.#metadata === undefined) {
      const prefix = this.#bytes.take(PREFIX_BYTES);
      if (prefix === undefined) return undefined;
      this.#metadata = metadataLengthOf(prefix);
    }
    if (this.#metadata === 0) {
      this.#metadata = undefined;
      this.#ended = true;
      return this.#refuseMore();
    }
    const metadata = this.#bytes.take(this.#metadata);
    if (metadata === undefined) return undefined;
    this.#metadata = undefined;
    return Message.getRootAsMessage(new ByteBuffer(metadata));
  }

  #refuseMore(): undefined {
    if (this.#bytes.unused > 0) throw notArrow('something follows its end');
    return undefined;
  }
}

function metadataLengthOf(prefix: Buffer): number {
  if (prefix.toString('latin1', 0, 6) === 'ARROW1')
    throw notArrow('it is an Arrow file: write the stream format, as by pyarrow.ipc.new_stream');
  if (prefix.readUInt32LE(0) !== CONTINUATION)
    throw notArrow('a message begins with other bytes than FFFFFFFF');
  const length = prefix.readInt32LE(4);
  if (length < 0 || length > MAX_METADATA_BYTES) throw notArrow(`a message's metadata of ${length} bytes`);
  return length;
}

function bodyLengthOf(header: Message): number {
  const length = Number(header.bodyLength());
  if (length < 0) throw notArrow(`a message's body of ${length} bytes`);
  if (header.headerType() !== MessageHeader.RecordBatch && length > MAX_ARROW_BODY_BYTES)
    throw notArrow('a message that is no record batch has a body');
  if (length <= MAX_ARROW_BODY_BYTES) return length;
  throw new NotRowsError({
    field: 'a record batch',
    message:
      `has ${length} bytes, and may have ${MAX_ARROW_BODY_BYTES}: ` +
      'write smaller ones, as by write_table(table, max_chunksize=10000)',
  });
}

export function notArrow(why: string): UnreadableError {
  return new UnreadableError('an Arrow IPC stream', why);
}
