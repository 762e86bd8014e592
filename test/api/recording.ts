import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './kubectl.ts';

/** What `scripts/release/record-installation.sh` writes, and nobody by hand. */
export const PREVIOUS_RELEASE = fileURLToPath(new URL('previous-release/', import.meta.url));

export interface Recorded extends Manifest {
  status?: Record<string, unknown>;
}

/** What stood in a cluster at a moment, as it stood: uids, owners of fields and status included. */
export interface Recording {
  /** Of what was installed, as `git describe` says it. */
  release: string;
  kubernetes: string;
  at: string;
  objects: Recorded[];
}

/** Where an API server keeps the objects of a kind. */
export const STORED = {
  StockoutModel: 'stockout.dev/stockoutmodels',
  ScoringJob: 'stockout.dev/scoringjobs',
  ConfigMap: 'configmaps',
  Service: 'services/specs',
  Job: 'jobs',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  Pod: 'pods',
} as const;

/** Moments of a model's life that are recorded: in the middle of a rollout, and when nothing is under way. */
export type Moment = 'rollout' | 'settled';

export async function readRecording(moment: Moment): Promise<Recording> {
  return JSON.parse(await readFile(`${PREVIOUS_RELEASE}${moment}.json`, 'utf8')) as Recording;
}

/**
 * Puts recorded objects back as a restore of etcd would: through the API they would get other uids, by which owners and
 * runs are known. What counts from the end of a Job (its time to live) counts from now.
 * All in one transaction. A Deployment that is there before its ReplicaSet is given another one of the same name by its
 * controller; the recorded one, put over that, has another uid, and the pods of the first are nobody's from then on.
 */
export async function restore({ at, objects }: Recording): Promise<void> {
  const elapsed = Date.now() - Date.parse(at);
  await putAll(
    objects.map((object) => {
      const { namespace, name } = object.metadata;
      const key = `/registry/${STORED[object.kind as keyof typeof STORED]}/${namespace}/${name}`;
      return [key, object.kind === 'Job' ? later(object, elapsed) : object];
    }),
  );
}

async function putAll(objects: readonly (readonly [key: string, object: object])[]): Promise<void> {
  const success = objects.map(([key, object]) => ({
    requestPut: { key: base64(key), value: base64(JSON.stringify(object)) },
  }));
  const body = JSON.stringify({ success });
  const response = await fetch(`${process.env.STOCKOUT_API_ETCD}/v3/kv/txn`, { method: 'POST', body });
  if (!response.ok) throw new Error(`etcd: ${response.status} ${await response.text()}`);
}

function later(object: Recorded, milliseconds: number): Recorded {
  const status = JSON.stringify(object.status ?? {}).replaceAll(
    /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z"/g,
    (_, time: string) => `"${new Date(Date.parse(`${time}Z`) + milliseconds).toISOString().slice(0, 19)}Z"`,
  );
  return { ...object, status: JSON.parse(status) as Record<string, unknown> };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
