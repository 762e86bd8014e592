import { type Manifest, StockoutError, versionPath } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import { DamagedManifestError, readManifest } from './manifest.ts';

/** There is something, and it is not the version that its folder says. */
export class UnusableVersionError extends StockoutError {
  override name = 'UnusableVersionError';
}

/**
 * The manifest of a version all of whose files are there, at the length that it pins; undefined when there is none, or
 * none yet. Their sums are the predictor's to check, before it is ready.
 * @throws UnusableVersionError when the manifest is damaged or another version's, or files are missing
 */
export async function readWholeVersion(
  storage: Storage,
  model: { namespace: string; name: string },
  version: string,
): Promise<Manifest | undefined> {
  const manifest = await read(storage, model, version);
  if (manifest === undefined) return undefined;
  refuseForeign(manifest, model, version);
  await refuseIncomplete(storage, manifest);
  return manifest;
}

async function read(
  storage: Storage,
  { namespace, name }: { namespace: string; name: string },
  version: string,
): Promise<Manifest | undefined> {
  try {
    return await readManifest(storage, namespace, name, version);
  } catch (cause) {
    if (!(cause instanceof DamagedManifestError)) throw cause;
    throw new UnusableVersionError(cause.problem, { cause });
  }
}

/** A folder that was copied from elsewhere: its golden predictions and its digest would hold all the same. */
function refuseForeign(
  manifest: Manifest,
  { namespace, name }: { namespace: string; name: string },
  version: string,
): void {
  const theirs = versionPath(manifest.namespace, manifest.model, manifest.version);
  if (theirs === versionPath(namespace, name, version)) return;
  throw new UnusableVersionError(`its manifest is that of ${theirs}`);
}

async function refuseIncomplete(storage: Storage, { files, ...manifest }: Manifest): Promise<void> {
  const folder = `${versionPath(manifest.namespace, manifest.model, manifest.version)}/`;
  const found = new Map(
    (await storage.list(folder)).map(({ key, bytes }) => [key.slice(folder.length), bytes]),
  );
  for (const [file, { bytes }] of Object.entries(files)) {
    const there = found.get(file);
    if (there === undefined) throw new UnusableVersionError(`${file} is missing`);
    if (there !== bytes) throw new UnusableVersionError(`${file} has ${there} bytes instead of ${bytes}`);
  }
}
