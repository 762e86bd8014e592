// What the operator asks of the API server when nothing happens: the sample model serves, a scoring run is done, and for a
// minute its own count of requests (rest_client_requests_total) is watched. Renewals of the Lease are PUTs.
//
//   node bench/idle.ts
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { applyModel, applyScoringJob, awaitModel, awaitScoring, ingestSample, tellStory } from '@stockout/cli/demo/story'; // prettier-ignore
import { startLocalCluster } from '@stockout/localcluster';
import { startOperator } from '@stockout/operator';

const SETTLE_SECONDS = 15;
const SECONDS = 60;
const SAMPLE =
  /^rest_client_requests_total\{method="(?<method>\w+)",code="(?<code>[^"]+)"\} (?<count>\d+)$/gm;

const stateDir = await mkdtemp(join(tmpdir(), 'stockout-bench-'));
const { signal } = new AbortController();
const cluster = await startLocalCluster({ stateDir });
const operator = await startOperator({ kubeconfigPath: cluster.kubeconfigPath, adminPort: 0, log: () => {} });
try {
  const story = tellStory(
    cluster.kubeconfigPath,
    join(stateDir, 'volumes', 'default', 'stockout-data'),
    signal,
  );
  await ingestSample(story, signal, () => {});
  await applyModel(story);
  await awaitModel(story, () => {}, (model) => model.status?.servingVersion === 'v1'); // prettier-ignore
  await applyScoringJob(story, 'nightly');
  await awaitScoring(story, 'nightly');
  await delay(SETTLE_SECONDS * 1000);
  const before = await requests();
  const cpu = process.cpuUsage();
  await delay(SECONDS * 1000);
  const { user, system } = process.cpuUsage(cpu);
  console.log(`in ${SECONDS} s of nothing, requests by method and code:`);
  for (const [what, count] of await requests()) {
    const made = count - (before.get(what) ?? 0);
    if (made > 0) console.log(`  ${what}: ${made}`);
  }
  console.log(
    `CPU of API server, controllers and operator together: ${((user + system) / 1e4 / SECONDS).toFixed(1)}%`,
  );
} finally {
  await operator.stop();
  await cluster.stop();
  await rm(stateDir, { recursive: true });
}

async function requests(): Promise<Map<string, number>> {
  const text = await (await fetch(`${operator.adminUrl}/metrics`)).text();
  return new Map(
    Array.from(text.matchAll(SAMPLE), ({ groups: { method, code, count } = {} }) => [
      `${method} ${code}`,
      Number(count),
    ]),
  );
}
