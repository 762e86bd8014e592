import { expect } from 'vitest';
import { Issuer } from '../../predictor/src/testing/issuer.ts';
import { exampleRows } from './example-rows.ts';
import { addressForPods } from './guarded-model.ts';
import { modelObject, type SmallWorld } from './small-world.ts';
import type { Tier } from './tier.ts';

/** Fewer than the candidate has to be shown: at half their pace that would take minutes. */
const PER_MINUTE = 10;
const ROWS = 40;

/** Bounds that a busy machine meets; all rows that were asked before the proof are shown. */
const ROLLOUT = {
  shadow: { percent: 100, replay: ROWS },
  analysis: {
    durationSeconds: 2,
    maxDurationSeconds: 60,
    minRequests: 30,
    maxErrorRate: '0',
    maxP99Milliseconds: 5_000,
    maxScoreShift: '0.5',
  },
  rollbackWindowSeconds: 1,
};

/** A version is compared, and serves, where tokens alone open and each caller has a few requests a minute. */
export async function proveBehindDoors(world: SmallWorld, tier: Tier, name: string): Promise<void> {
  await using issuer = await Issuer.start(0, await addressForPods(tier));
  const auth = { jwt: issuer.jwt, rateLimitPerMinute: PER_MINUTE };
  await world.apply(guarded(name, 20, auth));
  const endpoint = (await world.untilServing(name, 'v1')).status?.endpoint ?? '';
  await askAll(endpoint, issuer);
  await world.apply(guarded(name, 21, auth));
  const proving = await world.untilModel(name, 'RolledOut', 'Proving');
  expect(proving.status).toMatchObject({ servingVersion: 'v1', candidateVersion: 'v2' });
  await world.untilServing(name, 'v2');
  expect(await statuses(endpoint, 1, {})).toEqual([401]);
}

function guarded(name: string, rounds: number, auth: object): object {
  const { training, serving } = modelObject(name).spec;
  const params = { ...training.params, rounds };
  return modelObject(name, {
    spec: { training: { ...training, params }, serving: { ...serving, auth, rollout: ROLLOUT } },
  });
}

/** As many subjects as it takes. */
async function askAll(endpoint: string, issuer: Issuer): Promise<void> {
  for (let subject = 0; subject < ROWS / PER_MINUTE; subject++) {
    const token = await issuer.token({ sub: `caller-${subject}` });
    const found = await statuses(endpoint, PER_MINUTE, { authorization: `Bearer ${token}` });
    expect(found).toEqual(Array(PER_MINUTE).fill(200));
  }
}

/** What rows are answered with, one after the other. */
async function statuses(endpoint: string, count: number, headers: Record<string, string>): Promise<number[]> {
  const found: number[] = [];
  for (const row of await exampleRows(endpoint, count)) {
    const response = await fetch(`${endpoint}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(row),
    });
    await response.text();
    found.push(response.status);
  }
  return found;
}
