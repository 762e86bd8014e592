import { setTimeout as delay } from 'node:timers/promises';
import type { Storage } from '@stockout/storage';
import { BatchClient } from './batch/batch-client.ts';
import { HistoryClient } from './history/history-client.ts';
import { buildOpenApi } from './http/openapi.ts';
import { Model } from './model.ts';
import { servedModelOf } from './oip/served-model.ts';
import type { Runtime } from './runtime.ts';
import { selfCheck } from './self-check.ts';
import { IntegrityError } from './version/integrity-error.ts';
import { Traffic } from './traffic.ts';
import { BlockTrees } from './trees/block-trees.ts';
import { loadVersion, type Version } from './version/load-version.ts';
import { isSameModel } from './version/onnx-model.ts';
import type { Serving } from './serving.ts';

const LONGEST_WAIT_MS = 60_000;

/**
 * Reads, checks and starts a version.
 * @throws {IntegrityError} when it can never be served
 */
export async function load(
  storage: Storage,
  digest: string | undefined,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Serving> {
  const version = await readPatiently(storage, digest, runtime, signal);
  const model = new Model(version);
  const traffic = new Traffic(model, runtime);
  const batches = await startBatches(model, onnxToRun(model, version.onnx), traffic, runtime);
  try {
    await selfCheck(model, batches);
    await awaitSecrets(runtime, signal);
  } catch (error) {
    await batches.close();
    throw error;
  }
  const openapi = JSON.stringify(buildOpenApi(version.manifest, runtime.gate));
  const history = HistoryClient.of(version, storage, runtime);
  return { model, batches, history, traffic, openapi };
}

/** A storage that cannot be reached may come back; a file that is wrong stays wrong. */
async function readPatiently(
  storage: Storage,
  digest: string | undefined,
  { lifecycle, log, limits }: Runtime,
  signal: AbortSignal,
): Promise<Version> {
  for (let wait = limits.retryMs; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await loadVersion(storage, digest);
    } catch (error) {
      if (error instanceof IntegrityError) throw error;
      const reason = `${storage.uri} cannot be read (it is tried again): ${(error as Error).message}`;
      lifecycle.waiting(reason);
      log('warn', reason);
      await delay(wait, undefined, { signal });
    }
  }
}

/** Where batches go in blocks, and model.onnx says the same, nobody runs it: the worker does without. */
function onnxToRun({ boosted, manifest }: Model, onnx: Uint8Array): Uint8Array | undefined {
  const needless = BlockTrees.suit(boosted) && isSameModel(onnx, boosted, manifest.calibration);
  return needless ? undefined : onnx;
}

async function startBatches(
  { manifest, boosted }: Model,
  onnx: Uint8Array | undefined,
  traffic: Traffic,
  runtime: Runtime,
): Promise<BatchClient> {
  const { calibration, histograms } = manifest;
  const setup = {
    ...servedModelOf(manifest),
    calibration,
    histograms,
    boosted,
    onnx,
    threads: runtime.limits.batchThreads,
  };
  try {
    return await BatchClient.start(setup, runtime, (summary) => traffic.summary(summary));
  } catch (error) {
    throw new IntegrityError(`its batch worker does not start: ${(error as Error).message}`);
  }
}

/**
 * Ready without a key or a certificate, it would take the place of a predictor that has them, and then refuse
 * everybody.
 */
async function awaitSecrets(runtime: Runtime, signal: AbortSignal): Promise<void> {
  const { keys, certificate, lifecycle, limits } = runtime;
  for (;;) {
    const trouble = certificate?.trouble ?? keys.trouble;
    if (trouble === undefined) return;
    lifecycle.waiting(trouble);
    await delay(limits.keysIntervalMs, undefined, { signal });
  }
}
