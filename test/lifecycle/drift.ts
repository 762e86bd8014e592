import { connect, type KubeClient, type List } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionOf, modelObject, SMALL_TABLE, SmallWorld } from './small-world.ts';
import type { RunningOperator, Tier } from './tier.ts';

const MINUTES = 60_000;
const DAYS = 24 * 60 * MINUTES;
const NAME = 'drifting';
const ROWS = 600;

/** What serves is asked about other rows than it learned from. */
export function describeDrift(where: string, startTier: () => Promise<Tier>): void {
  describe(`drift ${where}`, () => {
    const abort = new AbortController();
    let tier: Tier;
    let operator: RunningOperator;
    let world: SmallWorld;
    let client: KubeClient;
    /** Of the operator's clock, milliseconds. */
    let ahead = 0;
    const start = () => tier.startOperator(() => new Date(Date.now() + ahead));
    const later = async (milliseconds: number): Promise<void> => {
      await operator.stop();
      ahead += milliseconds;
      operator = await start();
    };

    beforeAll(async () => {
      tier = await startTier();
      client = await connect(tier.kubeconfigPath, 'drift');
      operator = await start();
      world = await SmallWorld.begin(tier, abort.signal);
      await world.apply(modelObject(NAME, { spec: { monitoring: { drift: { retrain: true } } } }));
      await world.untilServing(NAME, 'v1');
    }, 3 * MINUTES);

    afterAll(async () => {
      abort.abort();
      await operator?.stop();
      client?.close();
      await tier?.stop();
    }, MINUTES);

    it(
      'is told of once it has lasted, also by an operator that was stopped meanwhile',
      async () => {
        const served = await world.untilModel(NAME, 'DriftDetected', 'DriftUnknown');
        await askAlike(served.status?.endpoint ?? '');
        await later(MINUTES);
        const suspected = await world.untilModel(NAME, 'DriftDetected', 'DriftSuspected');
        expect(conditionOf(suspected, 'DriftDetected')).toMatchObject({ status: 'False' });
        await later(10 * MINUTES);
        const found = await world.untilModel(NAME, 'DriftDetected', 'DriftDetected');
        expect(conditionOf(found, 'DriftDetected')).toMatchObject({
          status: 'True',
          message: expect.stringMatching(
            /^v1 is asked about other rows .* index of \w+ \d+\.\d\d, .* and \d+ more at /,
          ),
        });
        await expect.poll(() => warnings(), { timeout: MINUTES }).toHaveLength(1);
        expect(conditionOf(found, 'Ready')).toMatchObject({ status: 'True' });
      },
      2 * MINUTES,
    );

    it(
      'a version is trained for it once there is other data, and no second one of the same data',
      async () => {
        await expect
          .poll(async () => conditionOf(await world.model(NAME), 'Trained')?.message, { timeout: MINUTES })
          .toMatch(/^v1 was trained .* which was the newest at /);
        await world.ingestCsv(SMALL_TABLE, newShelf());
        await later(DAYS);
        const served = await world.untilServing(NAME, 'v2');
        expect(served.status?.versions?.map(({ name }) => name)).toEqual(['v2', 'v1']);
        const anew = await world.untilModel(NAME, 'DriftDetected', 'DriftUnknown');
        expect(conditionOf(anew, 'DriftDetected')?.message).toContain('v2');
        expect(await warnings()).toHaveLength(1);
      },
      2 * MINUTES,
    );

    async function warnings(): Promise<string[]> {
      const selector = encodeURIComponent(`involvedObject.name=${NAME},reason=DriftDetected`);
      const path = `/api/v1/namespaces/default/events?fieldSelector=${selector}`;
      const { items } = await client.get<List<Event>>(path);
      return items.map(({ type }) => type);
    }
  });
}

/** Rows of one kind: what the API's own document shows, again and again. */
async function askAlike(endpoint: string): Promise<void> {
  const document = (await (await fetch(`${endpoint}/openapi.json`)).json()) as OpenApi;
  const { example } = document.paths['/predict'].post.requestBody.content['application/json'];
  const response = await fetch(`${endpoint}/predict/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Array.from({ length: ROWS }, () => example)),
  });
  expect(response.status).toBe(200);
}

/** A day of a shelf that was not there before: another version of the raw table. */
function newShelf(): string {
  const columns = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout';
  return `${columns}\nS-new,P-new,2025-01-01,10,0,4,20,0`;
}

interface Event {
  metadata: { name: string };
  type: string;
}

interface OpenApi {
  paths: { '/predict': { post: { requestBody: { content: { 'application/json': { example: object } } } } } };
}
