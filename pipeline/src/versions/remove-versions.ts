import type { RemoveResult } from '@stockout/contracts';
import { type PipelineContext, storageOf } from '../context.ts';
import { CLAIM } from './claim.ts';
import { MANIFEST } from './manifest.ts';
import { modelPath, versionNames } from './version-folder.ts';

/**
 * Removes all versions of a model, tables stay. Each manifest goes before the files that it pins, so that a version is
 * whole or none; done again it goes on. The newest claim stays: predictions go on naming these versions, so that a model of
 * the same name must not give their names anew.
 */
export async function removeVersions(context: PipelineContext): Promise<RemoveResult> {
  const storage = storageOf(context);
  const { namespace, name } = context.model.metadata;
  const folder = modelPath(namespace, name);
  const [newest] = await versionNames(storage, namespace, name);
  if (newest === undefined) return { kind: 'remove', versions: 0, files: 0 };
  const kept = `${folder}/${newest}/${CLAIM}`;
  const keys = (await storage.keys(`${folder}/`)).filter((key) => key !== kept);
  const manifests = keys.filter((key) => key.endsWith(`/${MANIFEST}`));
  const others = keys.filter((key) => !key.endsWith(`/${MANIFEST}`));
  // Claims last: without its claim a name is free.
  const ordered = [...manifests, ...others.filter((key) => !isClaim(key)), ...others.filter(isClaim)];
  for (const [done, key] of ordered.entries()) {
    context.signal?.throwIfAborted();
    context.report?.({ step: 'remove', done, total: ordered.length });
    await storage.delete(key);
  }
  return { kind: 'remove', versions: manifests.length, files: ordered.length };
}

function isClaim(key: string): boolean {
  return key.endsWith(`/${CLAIM}`);
}
