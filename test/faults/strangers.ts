import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { KubeObject } from '../../operator/src/api/kubernetes.ts';
import { buildAutoscaler } from '../../operator/src/resources/autoscaler.ts';
import { buildCandidateService } from '../../operator/src/resources/candidate-service.ts';
import { buildDisruptionBudget } from '../../operator/src/resources/disruption-budget.ts';
import { buildPredictorDeployment } from '../../operator/src/resources/predictor-deployment.ts';
import { buildRemovalJob } from '../../operator/src/resources/removal-job.ts';
import { scoringRunName, trainingRunName } from '../../operator/src/resources/run-names.ts';
import { buildScoringRun } from '../../operator/src/resources/scoring-job.ts';
import { buildService } from '../../operator/src/resources/service.ts';
import { buildTrainingJob } from '../../operator/src/resources/training-job.ts';
import { buildVersionRecord } from '../../operator/src/resources/version-record.ts';
import { aTrainResult } from '../../operator/src/testing/builders.ts';
import type { FaultTier } from './lives.ts';
import {
  applyPaused,
  expectUntouched,
  hasScored,
  isServing,
  live,
  make,
  remove,
  removeModel,
  sentenceOf,
  unpause,
  untilGone,
  untilSaid,
  untilTrue,
} from './stranger-life.ts';

const PATIENCE_MS = 60_000;
const AUTOSCALING = { minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 70 };
const image = 'ghcr.io/someone/else:1';
const version = { version: 'v1', uri: 'abfss://c@account.dfs.core.windows.net/p/v1', digest: 'sha256:0' };

type Build = (model: StockoutModel, job: ScoringJob) => KubeObject;

/** What the operator makes, and would find made by somebody else: all but its owner is as the operator's own. */
const STRANGERS: readonly [what: string, build: Build, spec?: object][] = [
  ['the Service', (model) => buildService({ model, color: 'blue' })],
  ["the candidate's Service", (model) => buildCandidateService(model, 'blue')],
  [
    "the predictor's Deployment",
    (model) => buildPredictorDeployment({ model, color: 'blue', version, image, replicas: 0 }),
  ],
  ['the PodDisruptionBudget', (model) => buildDisruptionBudget(model, 'blue')],
  [
    'the HorizontalPodAutoscaler',
    (model) => buildAutoscaler(model, AUTOSCALING, 'blue'),
    { serving: { autoscaling: AUTOSCALING } },
  ],
  ["a version's record", (model) => buildVersionRecord(model, aTrainResult('v1'), model.spec.storage.uri)],
  [
    'the Job of a training',
    (model) => idle(buildTrainingJob({ model, run: trainingRunName(model), against: undefined, image })),
  ],
  [
    'the Job of a scoring run',
    (model, job) => idle(buildScoringRun({ job, model, run: scoringRunName(job), version: 'v1', image })),
  ],
];

/**
 * Declares tests that what somebody else made under a name that the operator would use stays as it is, that a condition
 * says so, and that the operator goes on once the name is free.
 */
export function describeStrangers(where: string, start: () => Promise<FaultTier>): void {
  describe(`a name that is taken ${where}`, () => {
    let tier: FaultTier;

    beforeAll(async () => {
      tier = await start();
    });
    afterAll(() => tier?.stop());

    it.concurrent.each(STRANGERS)(
      'of %s: it stays as it is, a condition says so, and once it is gone all goes on',
      async (_, build, spec = {}) => {
        await live(tier, async (told) => {
          const [model, job] = await applyPaused(told, spec);
          const stranger = await make(told, build(model, job));
          await unpause(told);
          await untilSaid(told, sentenceOf(stranger));
          await expectUntouched(told, stranger);
          await remove(told, stranger);
          await untilTrue(told, 'all goes on', (now, scoring) => isServing(now) && hasScored(scoring));
        });
      },
      2 * PATIENCE_MS,
    );

    it.concurrent(
      'of the Job that removes versions: the model waits, says so, and goes once the name is free',
      async () => {
        await live(tier, async (told) => {
          const [model] = await applyPaused(told, { deletionPolicy: 'Delete' });
          const stranger = await make(told, idle(buildRemovalJob(model, image)));
          await unpause(told);
          await untilTrue(told, 'it serves', isServing);
          await removeModel(told);
          await untilSaid(told, sentenceOf(stranger));
          await expectUntouched(told, stranger);
          await remove(told, stranger);
          await untilGone(told);
        });
      },
      2 * PATIENCE_MS,
    );
  });
}

/** Nothing runs of a stranger. */
function idle<T extends KubeObject & { spec: object }>(job: T): T {
  return { ...job, spec: { ...job.spec, suspend: true } };
}
