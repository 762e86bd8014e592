import type { KubeClient } from '@stockout/localcluster/client';
import { expect, test } from 'vitest';
import { readHistory } from './history.ts';

/** What there was at each revision: names, each with the revision of its last change. */
const STATES: Record<string, number>[] = [
  {},
  { kept: 1 },
  { kept: 1, brief: 2 },
  { kept: 1, brief: 2 },
  { kept: 4, brief: 2 },
  { kept: 4 },
];

const client = {
  get: async (path: string) => {
    const at = Number(
      /resourceVersion=(\d+)&resourceVersionMatch=Exact$/.exec(path)?.[1] ?? STATES.length - 1,
    );
    const items = Object.entries(STATES[at] ?? {}).map(([name, revision]) => ({
      metadata: { name, uid: name, resourceVersion: String(revision) },
    }));
    return { metadata: { resourceVersion: String(STATES.length - 1) }, items };
  },
} as unknown as KubeClient;

async function toldAfter(revision: number): Promise<string[]> {
  const { events } = await readHistory(client, '/api/v1/namespaces/shop/pods', revision);
  return events.map(
    ({ type, object: { metadata } }) => `${metadata.resourceVersion} ${type} ${metadata.name}`,
  );
}

test('what came and went while nobody looked is told as by a watch', async () => {
  expect(await toldAfter(0)).toEqual(['1 ADDED kept', '2 ADDED brief', '4 MODIFIED kept', '5 DELETED brief']);
});

test('what was there before is no news', async () => {
  expect(await toldAfter(3)).toEqual(['4 MODIFIED kept', '5 DELETED brief']);
  expect(await toldAfter(5)).toEqual([]);
});
