import { afterAll, beforeAll, expect, it } from 'vitest';
import { nightly } from '../people/nightly.ts';
import { SCORING } from '../people/scoring.ts';
import { aToldCluster, ROLLOUTS, type Step } from '../people/story.ts';
import { TROUBLES } from '../people/troubles.ts';
import { GitopsHealth } from './gitops-health.ts';

const GOLDEN = '../people/health.golden.txt';

let health: GitopsHealth;

beforeAll(async () => {
  health = await GitopsHealth.build();
}, 300_000);

afterAll(() => health.remove());

it('what Argo CD and Flux say at each moment of the life of a model is what the golden file says', async () => {
  const told = [
    ...(await tell('From a first version to one that is paused', ROLLOUTS)),
    ...(await tell('What goes wrong on the way to a first version', TROUBLES)),
    '##### Scoring jobs',
  ];
  for (const [moment, object] of SCORING) told.push(`# ${moment}\n${await verdicts(object)}`);
  await expect(`${told.join('\n\n')}\n`).toMatchFileSnapshot(GOLDEN);
});

async function tell(story: string, steps: readonly Step[]): Promise<string[]> {
  const cluster = aToldCluster();
  const told = [`##### ${story}`, `# nobody has seen the model yet\n${await verdicts(cluster.model)}`];
  let lastOfJob = '';
  for (const { title, act } of steps) {
    act(cluster);
    cluster.runControllers();
    const ofJob = await verdicts(nightly(cluster.model, cluster.now));
    const lines = [`# ${title}`, await verdicts(cluster.model), ...(ofJob === lastOfJob ? [] : [ofJob])];
    told.push(lines.join('\n'));
    lastOfJob = ofJob;
  }
  return told;
}

async function verdicts(object: { kind: string }): Promise<string> {
  const [argo, flux] = await Promise.all([health.inArgo(object), health.inFlux(object)]);
  return [
    `  ${object.kind}`,
    `    Argo CD ${argo.status}: ${argo.message}`,
    `    Flux    ${flux.status}: ${flux.message}`,
  ].join('\n');
}
