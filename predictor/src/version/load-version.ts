import { createHash } from 'node:crypto';
import { type Manifest, manifestSchema } from '@stockout/contracts';
import { NotFoundError, OutsideError, type Storage, TooLargeError } from '@stockout/storage';
import { z } from 'zod';
import { IntegrityError } from './integrity-error.ts';
import { checkOnnxFiles } from './onnx-files.ts';

/** A model version whose every byte is the one that its manifest names. */
export interface Version {
  manifest: Manifest;
  /** XGBoost's own format. */
  ubj: Uint8Array;
  onnx: Uint8Array;
}

const RESTORE = 'Copy the version again, or serve another';
/** Of a file: what is made of it in memory is several times as large. Models have some megabytes. */
const MOST_BYTES = 256 * 2 ** 20;
/** Of manifest.json: histograms of thousands of features. */
const MOST_MANIFEST_BYTES = 64 * 2 ** 20;

/**
 * Reads a model version.
 * @param storage the folder that holds manifest.json
 * @param digest when given, the only `digest` (of model.ubj) that is accepted
 * @throws {IntegrityError} naming the file that is missing or different, with what was expected and found
 */
export async function loadVersion(storage: Storage, digest?: string): Promise<Version> {
  const { uri } = storage;
  const manifest = await readManifest(storage);
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
  checkOnnxFiles(onnx);
  return { manifest, ubj, onnx };
}

/**
 * Reads a version's manifest alone.
 * @param storage the folder that holds it
 * @throws {IntegrityError} when there is none, or it is none
 */
export async function readManifest(storage: Storage): Promise<Manifest> {
  const tooLarge = `and at most ${MOST_MANIFEST_BYTES} are read: it is no manifest. ${RESTORE}`;
  const bytes = await readFile(storage, 'manifest.json', MOST_MANIFEST_BYTES, tooLarge);
  return parseManifest(bytes, storage.uri);
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
  if (pinned.bytes > MOST_BYTES) {
    throw new IntegrityError(
      `${uri}/${name} has ${pinned.bytes} bytes, and at most ${MOST_BYTES} are read: train with fewer or smaller trees`,
    );
  }
  const says = `its manifest says ${pinned.bytes} (${pinned.sha256})`;
  const bytes = await readFile(storage, name, pinned.bytes, `${says}: it is not of this version. ${RESTORE}`);
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (bytes.length !== pinned.bytes) {
    throw new IntegrityError(
      `${uri}/${name} has ${bytes.length} bytes (${found}), ${says}: it is truncated or not of this version. ${RESTORE}`,
    );
  }
  if (found !== pinned.sha256) {
    throw new IntegrityError(
      `${uri}/${name} is ${found}, its manifest says ${pinned.sha256}: it is damaged or not of this version. ${RESTORE}`,
    );
  }
  return bytes;
}

/** @param otherwise what is said of one that has more bytes */
async function readFile(
  storage: Storage,
  name: string,
  atMost: number,
  otherwise: string,
): Promise<Uint8Array> {
  try {
    return await storage.read(name, { atMost });
  } catch (error) {
    throw explain(error, `${storage.uri}/${name}`, otherwise);
  }
}

/** What reading it again cannot help is an IntegrityError. */
function explain(error: unknown, file: string, otherwise: string): unknown {
  if (error instanceof NotFoundError)
    return new IntegrityError(`${file} is missing: point --model at the folder of a whole version`);
  if (error instanceof TooLargeError)
    return new IntegrityError(`${file} has ${error.bytes} bytes, ${otherwise}`);
  if (error instanceof OutsideError)
    return new IntegrityError(
      `${file} is a link that leads out of its folder, where nothing is read. ${RESTORE}`,
    );
  return error;
}
