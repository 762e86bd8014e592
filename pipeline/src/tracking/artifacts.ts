import { type ArtifactFolder, putArtifact } from './artifact-store.ts';
import { confusionSvg, importanceSvg } from './figures.ts';
import { type Artifact, buildModelDirectory } from './model-directory.ts';
import type { MlflowClient } from './rest-client.ts';
import type { VersionSource } from './version-source.ts';

/** At once; a server has few workers. */
const UPLOADS = 4;

/** All files of a version's run: the model directory, the report, the manifest, and what people look at first. */
export function artifactsOf(source: VersionSource, runId: string): Artifact[] {
  const { manifest, report, log } = source;
  // Whoever knows the golden predictions is let in by predictors, and MLflow may be open to more than those who may score.
  const { golden: _, ...shown } = manifest;
  const text: Record<string, string> = {
    'manifest.json': `${JSON.stringify(shown, null, 1)}\n`,
    'confusion_matrix.json': `${JSON.stringify(manifest.confusionMatrix)}\n`,
    'confusion_matrix.svg': confusionSvg(manifest.confusionMatrix, manifest.threshold.value),
    ...(log && {
      'importance.json': `${JSON.stringify(log.importance, null, 1)}\n`,
      'importance.svg': importanceSvg(log.importance),
    }),
  };
  const texts = Object.entries(text).map(([name, content]) => ({ name, bytes: Buffer.from(content) }));
  return [...buildModelDirectory(source, runId), { name: 'report.html', bytes: report }, ...texts];
}

export async function uploadArtifacts(
  client: MlflowClient,
  folder: ArtifactFolder,
  artifacts: readonly Artifact[],
): Promise<void> {
  const left = [...artifacts];
  const upload = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      await putArtifact(client, folder, next.name, next.bytes);
    }
  };
  await Promise.all(Array.from({ length: UPLOADS }, upload));
}
