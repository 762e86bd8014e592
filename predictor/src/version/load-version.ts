import { createHash } from 'node:crypto';
import { type Manifest, manifestSchema } from '@stockout/contracts';
import { NotFoundError, type Storage } from '@stockout/storage';
import { z } from 'zod';
import { IntegrityError } from './integrity-error.ts';

/** A model version whose every byte is the one that its manifest names. */
export interface Version {
  manifest: Manifest;
  /** XGBoost's own format. */
  ubj: Uint8Array;
  onnx: Uint8Array;
}

const RESTORE = 'Copy the version again, or serve another';

/**
 * Reads a model version.
 * @param storage the folder that holds manifest.json
 * @param digest when given, the only `digest` (of model.ubj) that is accepted
 * @throws {IntegrityError} naming the file that is missing or different, with what was expected and found
 */
export async function loadVersion(storage: Storage, digest?: string): Promise<Version> {
  const { uri } = storage;
  const manifest = parseManifest(await readFile(storage, 'manifest.json'), uri);
  if (digest !== undefined && manifest.digest !== digest) {
    throw new IntegrityError(
      `${uri}/manifest.json is of ${manifest.digest}, and ${digest} is to be served: point --model or --digest at the same version`,
    );
  }
  if (manifest.files['model.ubj']?.sha256 !== manifest.digest) {
    throw new IntegrityError(
      `${uri}/manifest.json names two different SHA-256 for model.ubj: train the version again`,
    );
  }
  const ubj = await readPinned(storage, manifest, 'model.ubj');
  const onnx = await readPinned(storage, manifest, 'model.onnx');
  return { manifest, ubj, onnx };
}

function parseManifest(bytes: Uint8Array, uri: string): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new IntegrityError(`${uri}/manifest.json is not JSON (truncated?): ${(error as Error).message}`);
  }
  const manifest = manifestSchema.safeParse(content);
  if (!manifest.success) {
    throw new IntegrityError(`${uri}/manifest.json is not a manifest: ${z.prettifyError(manifest.error)}`);
  }
  return manifest.data;
}

/**
 * Reads a file of a version.
 * @throws {IntegrityError} when it is not the one that the manifest pins
 */
export async function readPinned(storage: Storage, manifest: Manifest, name: string): Promise<Uint8Array> {
  const { uri } = storage;
  const pinned = manifest.files[name];
  if (pinned === undefined) throw new IntegrityError(`${uri}/manifest.json does not list ${name}`);
  const bytes = await readFile(storage, name);
  if (bytes.length !== pinned.bytes) {
    throw new IntegrityError(
      `${uri}/${name} has ${bytes.length} bytes, its manifest says ${pinned.bytes}: it is truncated or not of this version. ${RESTORE}`,
    );
  }
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (found !== pinned.sha256) {
    throw new IntegrityError(
      `${uri}/${name} is ${found}, its manifest says ${pinned.sha256}: it is damaged or not of this version. ${RESTORE}`,
    );
  }
  return bytes;
}

async function readFile(storage: Storage, name: string): Promise<Uint8Array> {
  try {
    return await storage.read(name);
  } catch (error) {
    if (error instanceof NotFoundError)
      throw new IntegrityError(
        `${storage.uri}/${name} is missing: point --model at the folder of a whole version`,
      );
    throw error;
  }
}
