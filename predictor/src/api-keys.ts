import { hash, timingSafeEqual } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from './log.ts';

const HEX_LENGTH = 64;

/**
 * The keys that callers may show in X-API-Key. A mounted Secret is read again every now and then, so that keys
 * rotate without a restart (watching would miss the swap of symbolic links on some volumes).
 */
export class ApiKeys {
  readonly #dir: string | undefined;
  readonly #given: string[];
  readonly #log: Log;
  /** SHA-256 of each key: equal lengths, so that the comparison takes as long whatever is shown. */
  #digests: Buffer[] = [];
  #names: string[] = [];
  readonly #shown = Buffer.alloc(HEX_LENGTH);
  #timer: NodeJS.Timeout | undefined;
  #complaint: string | undefined;

  private constructor(given: string[], dir: string | undefined, log: Log) {
    this.#given = given;
    this.#dir = dir;
    this.#log = log;
    this.#know(given);
  }

  static async open(
    given: string[],
    dir: string | undefined,
    intervalMs: number,
    log: Log,
  ): Promise<ApiKeys> {
    const keys = new ApiKeys(given, dir, log);
    if (dir === undefined) return keys;
    await keys.#reload();
    keys.#timer = setInterval(() => void keys.#reload(), intervalMs).unref();
    return keys;
  }

  /** With a folder of keys named, a key is asked for even while the folder holds none. */
  get required(): boolean {
    return this.#dir !== undefined || this.#given.length > 0;
  }

  /** Why nobody can show a valid key, where one is asked for: what to do about it, in words. */
  get trouble(): string | undefined {
    return this.required && this.#digests.length === 0 ? this.#complaint : undefined;
  }

  /**
   * Compares with every key, in constant time.
   * @returns which key it is, by a name that tells nothing of it; undefined for none
   */
  find(shown: string): string | undefined {
    // Into the same memory each time: a new Buffer a request costs more than the hash itself.
    this.#shown.write(hash('sha256', shown), 'latin1');
    let found = -1;
    for (let index = 0; index < this.#digests.length; index++) {
      if (timingSafeEqual(this.#digests[index] as Buffer, this.#shown)) found = index;
    }
    return found === -1 ? undefined : this.#names[found];
  }

  /** Some valid key, read anew: for a predictor of the same Secret. undefined where there is none. */
  anyOne(): Promise<string | undefined> {
    return anyKey(this.#given, this.#dir);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #know(keys: string[]): void {
    this.#digests = keys.map(digestOf);
    this.#names = this.#digests.map((digest) => `key ${digest.toString('latin1')}`);
  }

  async #reload(): Promise<void> {
    try {
      const keys = [...this.#given, ...(await readKeys(this.#dir as string))];
      this.#know(keys);
      this.#complain(keys.length === 0 ? 'holds no key: put one into the Secret' : undefined);
    } catch (error) {
      const what = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : 'cannot be read';
      const then =
        this.#digests.length > 0
          ? 'the keys known before stay valid'
          : 'mount a Secret there, one key a file';
      this.#complain(`${what}: ${then} (${(error as Error).message})`);
    }
  }

  /** Says each new trouble once, not at every reading. */
  #complain(complaint: string | undefined): void {
    const before = this.#complaint;
    this.#complaint =
      complaint === undefined ? undefined : `the folder of API keys ${this.#dir} ${complaint}`;
    if (this.#complaint !== undefined && this.#complaint !== before) this.#log('error', this.#complaint);
  }
}

/** Some valid key; undefined where there is none. @param dir a mounted Secret */
export async function anyKey(given: readonly string[], dir: string | undefined): Promise<string | undefined> {
  const mounted = dir === undefined ? [] : await readKeys(dir).catch(() => []);
  return mounted[0] ?? given[0];
}

/** The kubelet mounts a Secret as links beside `..data` and dated folders: names with a dot in front are its own. */
async function readKeys(dir: string): Promise<string[]> {
  const names = (await readdir(dir)).filter((name) => !name.startsWith('.'));
  const contents = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  return contents.map((content) => content.trim()).filter((key) => key !== '');
}

function digestOf(key: string): Buffer {
  return Buffer.from(hash('sha256', key), 'latin1');
}
