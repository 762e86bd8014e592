import type { Storage } from '@stockout/storage';
import { type Shard, shardSchema } from './shard.ts';
import { requireStored } from './stored.ts';

/** One of the pods that score a run together. */
export interface ShardOfRun {
  /** From 0: the pod's completion index. */
  index: number;
  /** How many pods there are. */
  of: number;
}

/**
 * The shards that a pod scores: its own, and, where the plan was made for more shards than there are pods by now, its
 * part of the others, so that none is left to nobody.
 * @param shards of the plan
 */
export function shardsOf({ index, of }: ShardOfRun, shards: number): number[] {
  return Array.from({ length: shards }, (_, shard) => shard).filter((shard) => shard % of === index);
}

export function shardKey(folder: string, shard: number): string {
  return `${folder}/shard-${shard}.json`;
}

/**
 * All shards of a run, in their order; undefined while one is missing. Whoever publishes the last one finds them all,
 * since every store lists what was put before; two that are the last together both do.
 */
export async function allShards(
  storage: Storage,
  folder: string,
  shards: number,
): Promise<Shard[] | undefined> {
  const keys = Array.from({ length: shards }, (_, shard) => shardKey(folder, shard));
  const there = new Set((await storage.list(folder)).map(({ key }) => key));
  if (!keys.every((key) => there.has(key))) return undefined;
  return Promise.all(keys.map((key) => requireStored(storage, key, shardSchema)));
}
