import { expect, test } from 'vitest';
import { aModel, aScoringJob } from '../testing/builders.ts';
import { buildScoringRun } from './scoring-job.ts';
import { buildTrainingJob } from './training-job.ts';

const SPARK = {
  type: 'Spark' as const,
  connectUrl: 'sc://spark:15002',
  secretRef: { name: 'stockout-spark' },
};

test('the token of a Spark server comes as environment into the Jobs that speak to it, and into no other', () => {
  const plain = aModel();
  const spark = aModel();
  if (spark.spec.training !== undefined) spark.spec.training.engine = SPARK;
  const job = aScoringJob();
  const sparkJob = { ...job, spec: { ...job.spec, engine: SPARK } };
  const train = (model: typeof spark) =>
    buildTrainingJob({ model, run: 'r', against: undefined, image: 'i' });
  const score = (by: typeof job) =>
    buildScoringRun({ job: by, model: spark, run: 'r', version: 'v1', image: 'i' });
  const secretsOf = ({ spec }: ReturnType<typeof train>) => spec.template.spec.containers[0]?.envFrom;
  const token = [{ secretRef: { name: 'stockout-spark' } }];
  expect([train(spark), score(sparkJob)].map(secretsOf)).toEqual([token, token]);
  expect([train(plain), score(job)].map(secretsOf)).toEqual([undefined, undefined]);
});
