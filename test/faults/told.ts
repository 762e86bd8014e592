import type { Condition, ScoringJob, StockoutModel } from '@stockout/crds';
import { isCode, type KubeClient } from '@stockout/localcluster/client';

const GROUP = '/apis/stockout.dev/v1alpha1/namespaces';

/** The API server as people reach it, and where a story plays. */
export interface Told {
  client: KubeClient;
  namespace: string;
}

export function pathOf({ namespace }: Told, plural: string, name?: string): string {
  return `${GROUP}/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;
}

/** Of an object of ours, as a merge patch. */
export async function edit(told: Told, plural: string, name: string, change: object): Promise<void> {
  for (;;) {
    try {
      return void (await told.client.patch(pathOf(told, plural, name), change));
    } catch (error) {
      // A real API server gives up on a patch when the status is written again and again meanwhile.
      if (!isCode(error, 409)) throw error;
    }
  }
}

/** Whether there is an object at this path. */
export async function isThere({ client }: Told, path: string): Promise<boolean> {
  try {
    await client.get(path);
    return true;
  } catch (error) {
    if (isCode(error, 404)) return false;
    throw error;
  }
}

export function conditionOf(object: StockoutModel | ScoringJob, type: string): Condition | undefined {
  return object.status?.conditions?.find((each) => each.type === type);
}
