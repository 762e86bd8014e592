import type { Manifest } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import { type PipelineContext, storageOf } from '../context.ts';
import { readManifest } from './manifest.ts';
import { versionNames } from './version-folder.ts';

/** A version without what only a predictor needs. */
export type VersionSummary = Omit<Manifest, 'golden' | 'histograms'>;

/** The versions in storage, newest first. A version that was begun and has no manifest is not one. */
export async function versions(context: PipelineContext): Promise<{ versions: VersionSummary[] }> {
  return { versions: await listVersions(storageOf(context), context.model.metadata) };
}

export async function listVersions(
  storage: Storage,
  { namespace, name }: { namespace: string; name: string },
): Promise<VersionSummary[]> {
  const found: VersionSummary[] = [];
  for (const version of await versionNames(storage, namespace, name)) {
    const manifest = await readManifest(storage, namespace, name, version);
    if (manifest === undefined) continue;
    const { golden: _golden, histograms: _histograms, ...summary } = manifest;
    found.push(summary);
  }
  return found;
}
