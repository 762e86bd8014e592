import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, fetch } from 'undici';

const SAMPLE = new URL('../../config/samples/predict.json', import.meta.url);
const CALLERS = 4;
/** Of all callers together, where the machine can. */
const PER_SECOND = 200;

/** What callers were answered from their start to their end. */
export interface Answered {
  /** How many predictions came of each version. */
  byVersion: Map<string, number>;
  /** Every request that was not answered with a prediction, in words. */
  failures: string[];
}

/**
 * Calls /predict some 200 times a second: half of the callers on connections that are kept as long as the server keeps them,
 * the others on a new one each time, which goes where the Service leads by then.
 */
export async function startCallers(
  endpoint: string,
): Promise<{ versions(): string[]; stop(): Promise<Answered> }> {
  const body = await readFile(SAMPLE, 'utf8');
  const answered: Answered = { byVersion: new Map(), failures: [] };
  const abort = new AbortController();
  // Of these callers alone: what is left of others may lead to pods of before.
  const [kept, renewed] = [new Agent(), new Agent({ pipelining: 0 })];
  const callers = Array.from({ length: CALLERS }, async (_, index) => {
    const connections = index % 2 === 0 ? kept : renewed;
    while (!abort.signal.aborted) {
      await Promise.all([
        call(`${endpoint}/predict`, { body, connections }, answered),
        delay((CALLERS * 1000) / PER_SECOND),
      ]);
    }
  });
  return {
    versions: () => [...answered.byVersion.keys()],
    stop: async () => {
      abort.abort();
      await Promise.all(callers);
      await Promise.all([kept.destroy(), renewed.destroy()]);
      return answered;
    },
  };
}

async function call(
  url: string,
  { body, connections }: { body: string; connections: Agent },
  { byVersion, failures }: Answered,
): Promise<void> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body, dispatcher: connections });
    const text = await response.text();
    const version = response.headers.get('x-model-version') ?? 'none';
    if (response.ok) byVersion.set(version, (byVersion.get(version) ?? 0) + 1);
    else failures.push(`${response.status} ${text}`);
  } catch (error) {
    const { message, cause } = error as Error;
    failures.push(cause instanceof Error ? cause.message : message);
  }
}
