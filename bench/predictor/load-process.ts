import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface Load {
  url: string;
  /** JSON, sent as it is. */
  body: string;
  headers: Record<string, string>;
  connections: number;
  /** It ends after so many milliseconds, or requests, whichever comes first. */
  milliseconds: number;
  requests: number;
}

export interface Measured {
  done: number;
  refused: number;
  /** Answers a second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const NO_END = Number.MAX_SAFE_INTEGER;

/** Load from a process of its own. @throws when anything is refused */
export async function putLoad(load: Partial<Load> & Pick<Load, 'url' | 'body'>): Promise<Measured> {
  const all: Load = { connections: 32, milliseconds: NO_END, requests: NO_END, ...load, headers: { 'Content-Type': 'application/json', ...load.headers } }; // prettier-ignore
  const child = fork(new URL('load.ts', import.meta.url));
  child.send(all);
  const [measured] = (await once(child, 'message')) as [Measured];
  if (measured.refused > 0) throw new Error(`${load.url}: ${measured.refused} requests were refused`);
  return measured;
}
