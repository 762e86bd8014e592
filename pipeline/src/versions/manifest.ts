import { InputError, type Manifest, manifestSchema, StockoutError, versionPath } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import { readObject, versionNames } from './version-folder.ts';

export const MANIFEST = 'manifest.json';

/** There is a manifest, and it cannot be read. */
export class DamagedManifestError extends StockoutError {
  override name = 'DamagedManifestError';
  /** Without the place. */
  readonly problem: string;

  constructor(where: string, problem: string, options?: ErrorOptions) {
    super(`${where} ${problem}`, options);
    this.problem = `${MANIFEST} ${problem}`;
  }
}

/**
 * The manifest of a version, or undefined when the version is not (or not yet) whole.
 * @throws DamagedManifestError when there is one that cannot be read
 */
export async function readManifest(
  storage: Storage,
  namespace: string,
  model: string,
  version: string,
): Promise<Manifest | undefined> {
  const key = `${versionPath(namespace, model, version)}/${MANIFEST}`;
  const bytes = await readObject(storage, key);
  return bytes && parseManifest(bytes, `${key} in ${storage.uri}`);
}

function parseManifest(bytes: Uint8Array, where: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    const problem = "is not JSON: restore the file or delete its version's folder";
    throw new DamagedManifestError(where, problem, { cause: error });
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DamagedManifestError(where, `is not a manifest: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** @throws InputError when there is no such version, naming those that there are */
export async function requireManifest(
  storage: Storage,
  namespace: string,
  model: string,
  version: string,
): Promise<Manifest> {
  const manifest = await readManifest(storage, namespace, model, version);
  if (manifest) return manifest;
  const names = await versionNames(storage, namespace, model);
  const known = names.filter((name) => name !== version).join(', ') || 'none';
  throw new InputError(`${model} has no version ${version} in ${storage.uri} (there are: ${known})`);
}
