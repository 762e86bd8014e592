import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf, explained, explainedLink } from './explained.ts';
import { TEMPORARY_PREFIX, folderSegmentsOf, segmentsOf } from './key.ts';
import { describeFiles, namesBelow } from './files-below.ts';
import { readGuarded } from './read-guarded.ts';
import {
  type Content,
  type Leftover,
  type ListOptions,
  type LocalFile,
  NotFoundError,
  type ReadOptions,
  type Storage,
  type StoredObject,
  isFile,
} from './port.ts';

/** A folder on a local or network file system that knows hard links (any local one, NFS; not SMB, not exFAT). */
export class FileStorage implements Storage {
  readonly uri: string;
  readonly #root: string;
  readonly #confined: boolean;

  /** @param confined whether links that lead out of the folder are refused by `read` */
  constructor(root: string, confined = false) {
    this.#root = resolve(root);
    this.#confined = confined;
    this.uri = pathToFileURL(this.#root).href;
  }

  async read(key: string, { atMost = Infinity }: ReadOptions = {}): Promise<Uint8Array> {
    const path = this.#path(key);
    if (!this.#confined && atMost === Infinity) return this.#found(key, readFile(path));
    const confinedTo = this.#confined ? this.#root : undefined;
    return this.#found(key, readGuarded({ path, confinedTo, atMost, key, uri: this.uri }));
  }

  async putIfAbsent(key: string, content: Content): Promise<boolean> {
    const path = this.#path(key);
    const temporary = await this.#done(writeTemporary(path, content));
    try {
      // The whole content is on disk before the name is: link() makes it appear at once, and only once.
      await link(temporary, path);
      await syncFolder(dirname(path));
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw explainedLink(error, this.uri);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async put(key: string, content: Content): Promise<void> {
    const path = this.#path(key);
    const temporary = await this.#done(writeTemporary(path, content));
    try {
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw explained(error, this.uri);
    }
  }

  async keys(folder: string, { startAfter = '', limit }: ListOptions = {}): Promise<string[]> {
    const names = await this.#names(folder, startAfter);
    const keys = names.filter(({ temporary }) => !temporary).map(({ key }) => key);
    // Texts are put into the order of their code units, as `<` compares them.
    return keys.sort().slice(0, limit);
  }

  async list(folder: string, options: ListOptions = {}): Promise<StoredObject[]> {
    return describeFiles(this.#root, await this.keys(folder, options));
  }

  async leftovers(folder: string): Promise<Leftover[]> {
    const left = (await this.#names(folder)).filter(({ temporary }) => temporary);
    const found = await describeFiles(
      this.#root,
      left.map(({ key }) => key),
    );
    return found.map(({ key, bytes, modifiedAt }) => ({
      bytes,
      modifiedAt,
      remove: () => rm(join(this.#root, key), { force: true }),
    }));
  }

  async delete(key: string): Promise<void> {
    await this.#done(rm(this.#path(key), { force: true }));
  }

  async localFile(key: string): Promise<LocalFile> {
    const path = this.#path(key);
    const found = await this.#found(key, stat(path));
    if (!found.isFile()) throw new NotFoundError(key, this.uri);
    // Read in place: nothing to remove afterwards.
    return { path, [Symbol.asyncDispose]: async () => {} };
  }

  #names(folder: string, startAfter = '') {
    const segments = folderSegmentsOf(folder);
    const path = segments.map((segment) => `${segment}/`).join('');
    return this.#done(namesBelow(this.#root, path, startAfter));
  }

  #path(key: string): string {
    return join(this.#root, ...segmentsOf(key));
  }

  async #found<T>(key: string, result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) throw new NotFoundError(key, this.uri);
      throw explained(error, this.uri);
    }
  }

  async #done<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      throw explained(error, this.uri);
    }
  }
}

const CHUNK = 1 << 20;

/** Writes beside the final path (a rename or link never crosses file systems) and waits for the disk. */
async function writeTemporary(path: string, content: Content): Promise<string> {
  const folder = dirname(path);
  await makeFolder(folder);
  const temporary = join(folder, TEMPORARY_PREFIX + randomUUID());
  try {
    // Not copyFile: a read-only source would make a read-only object.
    await using file = await open(temporary, 'wx');
    await file.writeFile(
      isFile(content) ? createReadStream(content.file, { highWaterMark: CHUNK }) : content,
    );
    await file.sync();
    return temporary;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Of a file system that is read-only Node's own says ENOENT: the first folder that is missing, made alone, says why. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { path: missing } = error as NodeJS.ErrnoException;
    if (codeOf(error) !== 'ENOENT' || missing === undefined) throw error;
    await mkdir(missing);
    await mkdir(path, { recursive: true });
  }
}

/** A name is on disk only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    // Windows and some network file systems do not sync folders; there the name is as durable as they make it.
    if (!['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP'].includes(codeOf(error))) throw error;
  } finally {
    await handle?.close();
  }
}
