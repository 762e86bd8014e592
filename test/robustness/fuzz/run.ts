// npm run fuzz -- --requests 1000000 --seed 7; from one of them on: --from 12345; that one again: --only 12345
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ServedPredictor } from '../served-predictor.ts';
import { campaign, FuzzFailure, quantile, type Report } from './campaign.ts';
import { judgePace, pace } from './pace.ts';
import { writeRepeat } from './repeat.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
    callers: { type: 'string', default: '16' },
  },
});
const only = values.only === undefined ? {} : { from: Number(values.only), requests: 1 };
const seed = Number(values.seed);
const plan = {
  seed,
  from: Number(values.from),
  requests: Number(values.requests),
  callers: Number(values.callers),
  ...only,
};

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

function print({ statuses, milliseconds, memory, seconds }: Report): void {
  const counts = [...statuses]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name}: ${count}`);
  console.log(`${plan.requests} requests of seed ${seed} in ${seconds.toFixed(0)} s; ${counts.join(', ')}`);
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(milliseconds, share).toFixed(1));
  console.log(`an answer by HTTP takes ${p50} ms (median), ${p99} ms (p99), ${most} ms at the most`);
  console.log(`memory: ${memory.filter((_, at) => at % 5 === 4).map(megabytes).join(', ')}`); // prettier-ignore
}

/** None where a single request is sent again. */
async function measurePace(): Promise<number[]> {
  return values.only === undefined ? [await pace(served, plan.callers)] : [];
}

await using served = await ServedPredictor.start({ locked: true });
try {
  const before = await measurePace();
  const report = await campaign(served, plan, (sent, memory) =>
    console.error(`${sent} sent, ${megabytes(memory)}`),
  );
  print(report);
  const { holds, words } = judgePace(report, [...before, ...(await measurePace())]);
  console.log(words);
  console.log(
    `it ended with ${String(await served.end('SIGTERM'))}, and logged ${served.errors.length} errors`,
  );
  for (const line of served.errors) console.log(line);
  process.exitCode = served.errors.length > 0 || !holds ? 1 : 0;
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  const repeat = await writeRepeat(error, `fuzz-failures/${seed}-${error.number}`);
  console.error(`request ${error.number} of seed ${seed}: ${error.message}\n${repeat}`);
  console.error(`again: npm run fuzz -- --seed ${seed} --only ${error.number}`);
  const { exitCode, signalCode } = served.process;
  console.error(`the predictor ${exitCode ?? signalCode ?? 'goes on'}; the end of its log:`);
  for (const line of served.log.slice(-20)) console.error(line);
  process.exitCode = 1;
}
