// An operator in a process of its own, for tests that pause or kill it. Its one argument is ProcessOptions in JSON.
import process from 'node:process';
import { startOperator } from '@stockout/operator';
import { aGoldenReport } from '../../operator/src/testing/played-answers.ts';
import type { ProcessOptions } from './operator-process.ts';

const options = JSON.parse(process.argv[2] ?? '') as ProcessOptions;
const { kubeconfigPath, namespace, identity, skewSeconds = 0 } = options;
const operator = await startOperator({
  kubeconfigPath,
  namespaces: [namespace],
  identity,
  adminPort: 0,
  now: () => new Date(Date.now() + skewSeconds * 1000),
  // Played pods have no port to ask: their golden predictions come back.
  askPod: () => Promise.resolve(aGoldenReport()),
});
process.once('SIGTERM', () => void operator.stop().then(() => process.exit()));
// Whoever started it is gone.
process.stdin.resume().once('end', () => process.exit());
