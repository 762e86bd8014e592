import { NotFoundError, type Storage } from '@stockout/storage';

/** The folder of a model's versions below the storage. */
export function modelPath(namespace: string, model: string): string {
  return `models/${namespace}/${model}`;
}

/** Every name that was ever claimed, newest first, whether or not its version stands. */
export async function versionNames(storage: Storage, namespace: string, model: string): Promise<string[]> {
  const folder = `${modelPath(namespace, model)}/`;
  const objects = await storage.list(folder);
  const names = objects.map(({ key }) => key.slice(folder.length).split('/')[0] ?? '');
  const found = [...new Set(names)].filter((name) => /^v[1-9][0-9]{0,8}$/.test(name));
  return found.sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
}

/** An object's bytes, or undefined where there is none. */
export async function readObject(storage: Storage, key: string): Promise<Uint8Array | undefined> {
  try {
    return await storage.read(key);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
