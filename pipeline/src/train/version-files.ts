import { createHash } from 'node:crypto';
import { type Manifest, type SNAPSHOT_FILE, versionPath } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import { MANIFEST, requireManifest } from '../versions/manifest.ts';

/** The files of a version besides its manifest, by name. */
export type VersionFiles = Record<
  'model.ubj' | 'model.onnx' | 'report.html' | 'training.json',
  Uint8Array
> & { [SNAPSHOT_FILE]?: Uint8Array };

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What the manifest pins of every file. */
export function pinFiles(files: VersionFiles): Manifest['files'] {
  const entries = Object.entries(files);
  return Object.fromEntries(
    entries.map(([name, bytes]) => [name, { sha256: sha256(bytes), bytes: bytes.length }]),
  );
}

/**
 * Writes the version, its manifest last and put-if-absent: from then on it exists and never changes.
 * A pod that was believed dead may finish the same run at the same time. Both write the same bytes, since the claim
 * pins data version and time, so it does not matter whose manifest stands.
 * @returns the manifest that stands
 */
export async function writeVersion(
  storage: Storage,
  manifest: Manifest,
  files: VersionFiles,
): Promise<Manifest> {
  const { namespace, model, version } = manifest;
  const folder = versionPath(namespace, model, version);
  for (const [name, bytes] of Object.entries(files)) await storage.put(`${folder}/${name}`, bytes);
  if (await storage.putIfAbsent(`${folder}/${MANIFEST}`, `${JSON.stringify(manifest, null, 1)}\n`)) {
    return manifest;
  }
  return requireManifest(storage, namespace, model, version);
}
