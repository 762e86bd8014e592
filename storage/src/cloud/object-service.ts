import type { StoredObject } from '../port.ts';

/**
 * What the stores of a cloud have in common: single requests, each of at most one piece of an object, each safe to send
 * again. Retries, pieces, whose write it was and what people read of a failure are ObjectStorage's.
 * Every operation throws ServiceError.
 */
export interface ObjectService {
  readonly place: Place;
  /**
   * A piece of an object, from byte `from` on.
   * @param piece.etag of the pieces before: kind Replaced when the object is another by now
   * @param piece.into is filled and returned, where it is given; as long as the piece or longer
   * @throws ServiceError of kind Absent when there is no such object
   */
  get(name: string, piece: PieceRequest, ask: Ask): Promise<Piece>;
  /** The mark of an object's writer; undefined when it has none, or does not exist. */
  writerOf(name: string, ask: Ask): Promise<string | undefined>;
  /** @throws ServiceError of kind Taken when it is to be written only if absent, and is there */
  put(name: string, bytes: Uint8Array, write: Write, ask: Ask): Promise<void>;
  /** An upload in parts, for what is larger than a piece. */
  beginUpload(name: string, write: Write, ask: Ask): Promise<Upload>;
  /** Names that begin with the prefix, in no particular order. */
  list(prefix: string, after: { startAfter: string; page?: string }, ask: Ask): Promise<Page>;
  /** Uploads that were begun and neither completed nor aborted. */
  unfinished(prefix: string, ask: Ask): Promise<Unfinished[]>;
  /** An absent name is no error. */
  delete(name: string, ask: Ask): Promise<void>;
  /** Forgets the credentials at hand. Undefined where they are given once and for all, as keys are. */
  readonly renewCredentials?: (() => void) | undefined;
}

/** For messages: what is spoken to, and as whom. */
export interface Place {
  uri: string;
  /** https://account.blob.core.windows.net */
  endpoint: string;
  /** the container "c" of the account "a" */
  container: string;
  /** the key in AZURE_STORAGE_KEY */
  identity: string;
  /** What to look at when the server cannot be reached, the container is not there, the identity is not accepted or may not do it. */
  check: Record<'endpoint' | 'container' | 'identity' | 'permission', string>;
}

/** How a single request is sent. */
export interface Ask {
  signal: AbortSignal;
  /** The answer has begun, and so many bytes of it are to come: they get time of their own. */
  expect(bytes: number): void;
}

export interface Write {
  ifAbsent: boolean;
  /** Kept with the object: by it a writer knows its own write again. */
  writer: string;
}

export interface PieceRequest {
  from: number;
  /** Less comes where the object ends before. */
  length: number;
  etag?: string;
  into?: Buffer;
}

export interface Piece {
  bytes: Uint8Array;
  /** Of the whole object. */
  size: number;
  etag: string;
}

export interface Upload {
  /** @param index from 0, in any order, several at a time */
  part(index: number, bytes: Uint8Array, ask: Ask): Promise<void>;
  /**
   * @throws ServiceError of kind Taken as put does, of kind UploadGone when the parts are not there (any more)
   */
  complete(ask: Ask): Promise<void>;
  abort(ask: Ask): Promise<void>;
}

export interface Page {
  objects: (Omit<StoredObject, 'key'> & { name: string })[];
  /** Of the next page. */
  next?: string | undefined;
}

export interface Unfinished {
  bytes: number;
  begunAt: Date;
  abort(ask: Ask): Promise<void>;
}
