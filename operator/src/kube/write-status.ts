import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../api/kubernetes.ts';
import type { KubeClient } from './client.ts';
import type { Kind } from './kinds.ts';

/** Writes a status on top of the object that was observed, if there is anything new. @returns whether it wrote */
export async function writeStatus<T extends KubeObject & { status?: object }>(
  client: KubeClient,
  kind: Kind<T>,
  observed: T,
  status: NonNullable<T['status']>,
): Promise<boolean> {
  if (isDeepStrictEqual(withoutEmpty(observed.status ?? {}), withoutEmpty(status))) return false;
  await client.replaceStatus(kind, { ...observed, status });
  return true;
}

/** Neither absent nor undefined fields make a difference; the order of keys does not either. */
function withoutEmpty(status: object): unknown {
  return JSON.parse(JSON.stringify(status));
}
