import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { folderSegmentsOf, segmentsOf } from '../key.ts';
import {
  type Content,
  type Leftover,
  type ListOptions,
  type LocalFile,
  NotFoundError,
  type ReadOptions,
  type Storage,
  type StoredObject,
  TooLargeError,
  isFile,
} from '../port.ts';
import { scratch } from '../scratch.ts';
import { explainFailure } from './explain-failure.ts';
import { readExactly, sendParts } from './file-parts.ts';
import type { Ask, ObjectService, Piece, Write } from './object-service.ts';
import { type Patience, persist, type Request } from './patience.ts';
import { forEachPiece, holdingPiece, PART_BYTES, PIECE_BYTES } from './pieces.ts';
import { isFailure, ServiceError } from './service-error.ts';

export interface ObjectStorageOptions {
  uri: string;
  /** What stands before every key; '' or a path without slashes around it. */
  root: string;
  /** Called at the first request: what it imports is not loaded before. */
  open: () => Promise<ObjectService>;
  patience: Patience;
  /** Ends whatever is asked of the store. */
  signal?: AbortSignal | undefined;
}

/** What is under way: its words in messages. */
interface Doing {
  what: 'read' | 'write' | 'list' | 'delete';
  name: string;
}

/** Another object, or another upload, took the place of ours this often: whoever does that will not end. */
const MAX_RESTARTS = 5;

/** The storage port on a cloud's object store: retried, in pieces, each write known again by its writer. */
export class ObjectStorage implements Storage {
  readonly uri: string;
  readonly #options: ObjectStorageOptions;
  #service: Promise<ObjectService> | undefined;

  constructor(options: ObjectStorageOptions) {
    this.uri = options.uri;
    this.#options = options;
  }

  async read(key: string, { atMost = Infinity }: ReadOptions = {}): Promise<Uint8Array> {
    const name = this.#name(key);
    return this.#restarting(async () => {
      const first = await this.#first(key, name);
      if (first.size > atMost) throw new TooLargeError(key, this.uri, first.size, atMost);
      if (first.bytes.length === first.size) return first.bytes;
      const whole = Buffer.allocUnsafe(first.size);
      await this.#pieces(name, first, async (bytes, at) => void whole.set(bytes, at));
      return whole;
    });
  }

  async putIfAbsent(key: string, content: Content): Promise<boolean> {
    return this.#write(this.#name(key), content, true);
  }

  async put(key: string, content: Content): Promise<void> {
    await this.#write(this.#name(key), content, false);
  }

  async keys(folder: string, options: ListOptions = {}): Promise<string[]> {
    return (await this.list(folder, options)).map(({ key }) => key);
  }

  async list(
    folder: string,
    { startAfter = '', limit = Infinity }: ListOptions = {},
  ): Promise<StoredObject[]> {
    const prefix = this.#prefix(folder);
    const cut = this.#options.root === '' ? 0 : this.#options.root.length + 1;
    const objects: StoredObject[] = [];
    let page: string | undefined;
    do {
      const after = { startAfter: startAfter && this.#under(startAfter), ...(page && { page }) };
      const found = await this.#ask({ what: 'list', name: prefix }, (service, ask) =>
        service.list(prefix, after, ask),
      );
      for (const { name, bytes, modifiedAt } of found.objects) {
        const key = name.slice(cut);
        if (key > startAfter) objects.push({ key, bytes, modifiedAt });
      }
      // Page follows page in the order of names.
      page = found.next;
    } while (page !== undefined && objects.length < limit);
    return objects.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  }

  async leftovers(folder: string): Promise<Leftover[]> {
    const prefix = this.#prefix(folder);
    const doing: Doing = { what: 'list', name: prefix };
    const unfinished = await this.#ask(doing, (service, ask) => service.unfinished(prefix, ask));
    return unfinished.map(({ bytes, begunAt, abort }) => ({
      bytes,
      modifiedAt: begunAt,
      remove: () => this.#ask({ what: 'delete', name: prefix }, (_, ask) => abort(ask)),
    }));
  }

  async delete(key: string): Promise<void> {
    const name = this.#name(key);
    await this.#ask({ what: 'delete', name }, (service, ask) => service.delete(name, ask));
  }

  async localFile(key: string): Promise<LocalFile> {
    const name = this.#name(key);
    return this.#restarting(async () => {
      const first = await this.#first(key, name);
      return scratch.stage(first.size, `${key} of ${this.uri}`, (file) =>
        this.#pieces(name, first, async (bytes, at) => void (await file.write(bytes, 0, bytes.length, at))),
      );
    });
  }

  async #first(key: string, name: string): Promise<Piece> {
    try {
      return await holdingPiece(() =>
        this.#ask({ what: 'read', name }, (service, ask) =>
          service.get(name, { from: 0, length: PIECE_BYTES }, ask),
        ),
      );
    } catch (error) {
      if (error instanceof Error && isFailure(error.cause, 'Absent')) throw new NotFoundError(key, this.uri);
      throw error;
    }
  }

  /** Every piece of an object, the first being there already. */
  async #pieces(
    name: string,
    first: Piece,
    take: (bytes: Uint8Array, at: number) => Promise<void>,
  ): Promise<void> {
    const { size, etag } = first;
    const begun = first.bytes.length;
    await take(first.bytes, 0);
    // Not held until the last has come.
    first.bytes = new Uint8Array(0);
    const free: Buffer[] = [];
    await forEachPiece(Math.ceil((size - begun) / PIECE_BYTES), async (index) => {
      const from = begun + index * PIECE_BYTES;
      const length = Math.min(PIECE_BYTES, size - from);
      await holdingPiece(async () => {
        const into = free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
        const piece = await this.#ask({ what: 'read', name }, (service, ask) =>
          service.get(name, { from, length, etag, into }, ask),
        );
        await take(piece.bytes, from);
        free.push(into);
      });
    });
  }

  /** From the beginning again, where the object became another between two pieces. */
  async #restarting<T>(work: () => Promise<T>): Promise<T> {
    for (let restarts = 0; ; restarts++) {
      try {
        return await work();
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        if (!isFailure(cause, 'Replaced', 'UploadGone') || restarts === MAX_RESTARTS) throw error;
      }
    }
  }

  /** @returns false when it was to be written only if absent, and another's is there */
  async #write(name: string, content: Content, ifAbsent: boolean): Promise<boolean> {
    return this.#restarting(async () => {
      const write = { ifAbsent, writer: randomUUID() };
      try {
        await (isFile(content)
          ? this.#writeFile(name, content.file, write)
          : this.#writeBytes(name, bytesOf(content), write));
        return true;
      } catch (error) {
        const failure = error instanceof Error ? error.cause : undefined;
        if (!isFailure(failure, 'Taken', 'UploadGone')) throw error;
        // A try whose answer was lost may have been the one that wrote it: what stands there says whose it is.
        if (failure.tries > 1 && (await this.#writerOf(name)) === write.writer) return true;
        if (failure.kind === 'Taken') return false;
        throw error;
      }
    });
  }

  #writerOf(name: string): Promise<string | undefined> {
    return this.#ask({ what: 'read', name }, (service, ask) => service.writerOf(name, ask));
  }

  async #writeBytes(name: string, bytes: Uint8Array, write: Write): Promise<void> {
    const doing: Doing = { what: 'write', name };
    await this.#ask(doing, (service, ask) => service.put(name, bytes, write, ask), bytes.length);
  }

  async #writeFile(name: string, path: string, write: Write): Promise<void> {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size <= PART_BYTES)
      return this.#writeBytes(name, await readExactly(file, Buffer.allocUnsafe(size), 0), write);
    const doing: Doing = { what: 'write', name };
    const upload = await this.#ask(doing, (service, ask) => service.beginUpload(name, write, ask));
    try {
      await sendParts(file, size, (index, bytes) =>
        this.#ask(doing, (_, ask) => upload.part(index, bytes, ask), bytes.length),
      );
      await this.#ask(doing, (_, ask) => upload.complete(ask));
    } catch (error) {
      await this.#abort(upload);
      throw error;
    }
  }

  /** What cannot be removed now is seen as a leftover by vacuum; also when it is the signal that ended the upload. */
  async #abort(upload: { abort(ask: Ask): Promise<void> }): Promise<void> {
    const patience = { ...this.#options.patience, total: 0 };
    await persist({ patience, send: (ask) => upload.abort(ask) }).catch(() => {});
  }

  /** @throws StockoutError whose cause is the ServiceError */
  async #ask<T>(
    { what, name }: Doing,
    send: (service: ObjectService, ask: Ask) => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    const { patience, signal } = this.#options;
    const service = await this.#open();
    const request = { patience, signal, bytes, send: (ask: Ask) => send(service, ask) };
    try {
      return await persist(request).catch((error: unknown) => renewed(error, service, request));
    } catch (error) {
      throw error instanceof ServiceError ? explainFailure(error, service.place, what, name) : error;
    }
  }

  async #open(): Promise<ObjectService> {
    this.#service ??= this.#options.open();
    try {
      return await this.#service;
    } catch (error) {
      this.#service = undefined;
      throw error;
    }
  }

  #name(key: string): string {
    return this.#under(segmentsOf(key).join('/'));
  }

  #prefix(folder: string): string {
    const path = [this.#options.root, ...folderSegmentsOf(folder)].filter((part) => part !== '').join('/');
    return path === '' ? '' : `${path}/`;
  }

  #under(key: string): string {
    return this.#options.root === '' ? key : `${this.#options.root}/${key}`;
  }
}

/** Once more with new credentials, where those at hand have expired and others can be had. */
async function renewed<T>(error: unknown, service: ObjectService, request: Request<T>): Promise<T> {
  if (service.renewCredentials === undefined || !isFailure(error, 'ExpiredCredentials')) throw error;
  service.renewCredentials();
  return persist(request).catch((again: unknown) => {
    if (again instanceof ServiceError) again.tries += error.tries;
    throw again;
  });
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
