import type { Manifest } from '@stockout/contracts';
import { type PipelineContext, storageOf } from '../context.ts';
import { ensureFeatures } from '../features.ts';
import { readManifest } from '../versions/manifest.ts';

/**
 * The version, if the raw data that would be trained on is still what it was trained on: by the same spec it would be
 * the same model once more.
 * @param version undefined where trained is in any case
 */
export async function findUnchanged(
  context: PipelineContext,
  version: string | undefined,
): Promise<Manifest | undefined> {
  if (version === undefined) return undefined;
  const { namespace, name } = context.model.metadata;
  const manifest = await readManifest(storageOf(context), namespace, name, version);
  if (manifest === undefined) return undefined;
  await using table = await ensureFeatures(context, { reads: false });
  const { data } = manifest;
  const isSame = data.table === table.rawTable && data.version === table.rawVersion;
  return isSame ? manifest : undefined;
}
