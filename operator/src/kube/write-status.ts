import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../api/kubernetes.ts';
import type { KubeClient } from './client.ts';
import type { Kind } from './kinds.ts';
import { isNotFound } from './kube-error.ts';

/** Writes a status on top of the object that was observed, if there is anything new and the object still there. */
export async function writeStatus<T extends KubeObject & { status?: object }>(
  client: KubeClient,
  kind: Kind<T>,
  observed: T,
  status: NonNullable<T['status']>,
): Promise<'written' | 'same' | 'gone'> {
  if (isDeepStrictEqual(withoutEmpty(observed.status ?? {}), withoutEmpty(status))) return 'same';
  try {
    await client.replaceStatus(kind, { ...observed, status });
    return 'written';
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    throw error;
  }
}

/** Neither absent nor undefined fields make a difference; the order of keys does not either. */
function withoutEmpty(status: object): unknown {
  return JSON.parse(JSON.stringify(status));
}
