import { type Manifest, StockoutError, versionPath } from '@stockout/contracts';
import { NotFoundError, type Storage } from '@stockout/storage';
import { z } from 'zod';

/** `training.json` of a version: how the training went, which no predictor needs. */
export const TRAINING_FILE = 'training.json';

const trainingLogSchema = z.object({
  /** Total gain by feature; a feature that no tree uses is absent. */
  importance: z.record(z.string(), z.number()),
  /** Log loss after a round, on the training rows and on the rows that the curve is drawn on. */
  curve: z.array(z.object({ round: z.number(), train: z.number(), evaluation: z.number().optional() })),
});
export type TrainingLog = z.infer<typeof trainingLogSchema>;

/** A version as it lies in storage: all that MLflow is told comes from here, today or a week later. */
export interface VersionSource {
  manifest: Manifest;
  /** Of its folder. */
  uri: string;
  ubj: Uint8Array;
  report: Uint8Array;
  /** Undefined for versions of before there was one. */
  log: TrainingLog | undefined;
}

/** @throws StockoutError when a file that the manifest pins is gone */
export async function readVersionSource(storage: Storage, manifest: Manifest): Promise<VersionSource> {
  const folder = versionPath(manifest.namespace, manifest.model, manifest.version);
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await storage.read(`${folder}/${name}`);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      throw new StockoutError(`${folder}/${name} in ${storage.uri} is gone: restore it, or train again`);
    }
  };
  return {
    manifest,
    uri: `${storage.uri.replace(/\/$/, '')}/${folder}`,
    ubj: await read('model.ubj'),
    report: await read('report.html'),
    log: manifest.files[TRAINING_FILE] && parseLog(await read(TRAINING_FILE)),
  };
}

function parseLog(bytes: Uint8Array): TrainingLog {
  return trainingLogSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}
