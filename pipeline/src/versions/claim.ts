import { StockoutError } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import { z } from 'zod';
import { modelPath, readObject, versionNames } from './version-folder.ts';

export const CLAIM = 'claim.json';

const claimSchema = z.object({
  run: z.string(),
  /** When the version was begun; a retried run keeps it, so that it writes the same bytes again. */
  trainedAt: z.iso.datetime(),
  /** The raw table's version: a retried run trains on the same rows, whatever has been ingested since. */
  dataVersion: z.int().nonnegative(),
  /** The time of the schedule that asked for it. */
  scheduledFor: z.iso.datetime().optional(),
});

/** `claim.json`: a version name is one run's, from before its first file until for ever. */
export type Claim = z.infer<typeof claimSchema>;

export interface ClaimedVersion {
  version: string;
  claim: Claim;
}

/** The version that this run has begun, if it has. */
export async function findClaim(
  storage: Storage,
  namespace: string,
  model: string,
  run: string,
): Promise<ClaimedVersion | undefined> {
  const names = await versionNames(storage, namespace, model);
  return findAmong(storage, modelPath(namespace, model), names, run);
}

/**
 * Takes the next free name. Of runs that race for one, exactly one gets it and the others take the next. Two pods of
 * one run get one name: every name that is taken is either in the list, or met on the way to a free one.
 */
export async function claimVersion(
  storage: Storage,
  namespace: string,
  model: string,
  claim: Claim,
): Promise<ClaimedVersion> {
  const names = await versionNames(storage, namespace, model);
  const folder = modelPath(namespace, model);
  const begun = await findAmong(storage, folder, names, claim.run);
  if (begun !== undefined) return begun;
  for (let number = Number((names[0] ?? 'v0').slice(1)) + 1; ; number++) {
    const version = `v${number}`;
    const key = `${folder}/${version}/${CLAIM}`;
    if (await storage.putIfAbsent(key, JSON.stringify(claim))) return { version, claim };
    const taken = await readClaim(storage, key);
    if (taken?.run === claim.run) return { version, claim: taken };
  }
}

async function findAmong(
  storage: Storage,
  folder: string,
  names: readonly string[],
  run: string,
): Promise<ClaimedVersion | undefined> {
  for (const version of names) {
    const claim = await readClaim(storage, `${folder}/${version}/${CLAIM}`);
    if (claim?.run === run) return { version, claim };
  }
  return undefined;
}

async function readClaim(storage: Storage, key: string): Promise<Claim | undefined> {
  const bytes = await readObject(storage, key);
  if (bytes === undefined) return undefined;
  try {
    return claimSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new StockoutError(`${key} in ${storage.uri} is damaged: delete its version's folder`, { cause });
  }
}
