import { StockoutError } from '@stockout/contracts';

/** Bytes, text (UTF-8), or a file on this machine, which is copied and not consumed. */
export type Content = Uint8Array | string | { readonly file: string };

export function isFile(content: Content): content is { readonly file: string } {
  return typeof content === 'object' && 'file' in content;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface ListOptions {
  /** Only objects whose key comes after this text, which need not be a key itself; default: all. */
  startAfter?: string | undefined;
  /** Only the first so many of them; default: all. */
  limit?: number | undefined;
}

export interface ReadOptions {
  /** Bytes; an object that has more is not read. Default: no limit. */
  atMost?: number | undefined;
}

/** What a writer that was killed, or still writes, has of an object that is not there yet. */
export interface Leftover extends Omit<StoredObject, 'key'> {
  remove(): Promise<void>;
}

/** A file on this machine that holds an object's bytes, until it is disposed of. Read it, never write it. */
export interface LocalFile extends AsyncDisposable {
  readonly path: string;
}

/**
 * Where bytes lie. Keys are relative and '/'-separated; an object appears whole or not at all.
 * Whoever writes with `putIfAbsent` under a key that others race for knows whether it won:
 * Delta commits, version names and scoring plans stand on that.
 */
export interface Storage {
  readonly uri: string;
  /**
   * @throws NotFoundError
   * @throws TooLargeError when it has more bytes than are asked for at the most
   */
  read(key: string, options?: ReadOptions): Promise<Uint8Array>;
  /** @returns false when the key is taken: then nothing was written. Of many racing writers exactly one gets true. */
  putIfAbsent(key: string, content: Content): Promise<boolean>;
  put(key: string, content: Content): Promise<void>;
  /** Every object below the folder ('' is everything), at any depth, in the order of their keys. */
  list(folder: string, options?: ListOptions): Promise<StoredObject[]>;
  /** The keys alone of what `list` finds: in a fraction of its time where each file is asked for its size and time. */
  keys(folder: string, options?: ListOptions): Promise<string[]>;
  /** What is half-written below the folder, invisible to every other operation: only its age tells whose it is. */
  leftovers(folder: string): Promise<Leftover[]>;
  /** An absent key is no error. */
  delete(key: string): Promise<void>;
  /**
   * For readers that want a file, such as DuckDB: the object itself where it is one, else a staged copy.
   * @throws NotFoundError
   */
  localFile(key: string): Promise<LocalFile>;
}

export class NotFoundError extends StockoutError {
  override name = 'NotFoundError';
  readonly key: string;
  constructor(key: string, uri: string) {
    super(`${key} does not exist in ${uri}`);
    this.key = key;
  }
}

/** An object that has more bytes than its reader takes. */
export class TooLargeError extends StockoutError {
  override name = 'TooLargeError';
  readonly bytes: number;
  constructor(key: string, uri: string, bytes: number, atMost: number) {
    super(`${key} in ${uri} has ${bytes} bytes, and at most ${atMost} are read`);
    this.bytes = bytes;
  }
}

/** A link that leads out of a storage which is to be read within its folder. */
export class OutsideError extends StockoutError {
  override name = 'OutsideError';
  constructor(key: string, uri: string) {
    super(`${key} is a link that leads out of ${uri}, where nothing is read`);
  }
}
