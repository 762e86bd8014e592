import type { Call } from './fuzz/calls.ts';

/** Sends a call. Resolves to the status of its answer; rejects where there is none. */
export async function statusOf(url: string, { method, path, headers, body }: Call): Promise<number> {
  return (await fetch(url + path, { method, headers, body: new Uint8Array(body) })).status;
}
