import { StockoutError } from '@stockout/contracts';
import { NotFoundError, type Storage } from '@stockout/storage';
import type { z } from 'zod';

/**
 * What a run has put under a key, or undefined when it has not.
 * @throws StockoutError when it cannot be read as what it should be
 */
export async function readStored<T>(
  storage: Storage,
  key: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(Buffer.from(await storage.read(key)).toString('utf8')));
  } catch (cause) {
    if (cause instanceof NotFoundError) return undefined;
    throw new StockoutError(
      `${key} in ${storage.uri} is damaged: delete its folder, and the run starts anew`,
      { cause },
    );
  }
}

/** What somebody has put under a key just before. */
export async function requireStored<T>(storage: Storage, key: string, schema: z.ZodType<T>): Promise<T> {
  const stored = await readStored(storage, key, schema);
  if (stored === undefined) throw new NotFoundError(key, storage.uri);
  return stored;
}
