import { InputError } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SparkError } from '../../../pipeline/src/engines/spark/connect/errors.ts';
import { type Spark, openSpark } from '../../../pipeline/src/engines/spark/connect/session.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import { sparkConnectUrl } from './connect-url.ts';
import { startCuttingProxy } from './cutting-proxy.ts';

const connectUrl = sparkConnectUrl();
const temporaryFolder = temporaryFolders();
const QUICK = { call: 2000, silence: 500, patienceAtFirst: 5000, patience: 3000 };

let spark: Spark;
beforeAll(async () => {
  spark = await openSpark(connectUrl);
});
afterAll(() => spark[Symbol.asyncDispose]());

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  );
}

describe('statements and their rows', () => {
  test('names are quoted as in DuckDB, 64-bit integers are numbers, what is not known is null', async () => {
    const rows = await spark.rows(
      'SELECT CAST(3 AS BIGINT) AS "a ""b""", CAST(NULL AS DOUBLE) AS x, \'é\' AS t',
    );
    expect(rows).toEqual([{ 'a "b"': 3, x: null, t: 'é' }]);
  });

  test('an error has Spark’s class and message and the piece of SQL', async () => {
    const error = await failureOf(spark.rows('SELECT id, nope + 1 FROM range(3)'));
    expect(error).toBeInstanceOf(SparkError);
    expect(error).toMatchObject({ errorClass: 'UNRESOLVED_COLUMN.WITH_SUGGESTION', sqlState: '42703' });
    expect(error.message).toMatch(
      /^Spark at 127\.0\.0\.1:\d+ says: \[UNRESOLVED_COLUMN.*`nope`.* \(in: nope\)/,
    );
  });

  test('an error in the middle of a run is told the same way', async () => {
    const error = await failureOf(spark.rows('SELECT id / (id - 5) AS x FROM range(10)'));
    expect(error.message).toMatch(/\[DIVIDE_BY_ZERO\].*\(in: id \/ \(id - 5\)\)$/);
  });
});

describe('a connection that does not hold', () => {
  test('a million rows come whole and once across cuts in the middle', async () => {
    await using proxy = await startCuttingProxy(connectUrl);
    let cuts = 0;
    proxy.onData(() => {
      if (proxy.received() < (cuts + 1) * 2_000_000 || cuts === 4) return;
      cuts++;
      proxy.cut();
    });
    await using cutting = await openSpark(proxy.connectUrl);
    let [rows, sum] = [0, 0n];
    for await (const batch of cutting.batches('SELECT id FROM range(1000000)')) {
      rows += batch.numRows;
      for (const id of batch.getChildAt(0)?.toArray() ?? []) sum += id;
    }
    expect({ cuts, rows, sum }).toEqual({ cuts: 4, rows: 1_000_000, sum: 499_999_500_000n });
  });

  test('a server that goes silent in the middle is given up with what was tried', async () => {
    await using proxy = await startCuttingProxy(connectUrl);
    await using silent = await openSpark(proxy.connectUrl, { timeouts: QUICK });
    const running = failureOf(silent.rows('SELECT sum(id) FROM range(100000000000)'));
    proxy.hold(true);
    const error = await running;
    proxy.hold(false);
    expect(error.message).toMatch(/does not answer \(tried \d+ times? in \d+ s\)/);
  });
});

describe('a token', () => {
  test('that is wrong is refused with where it comes from, and is not repeated', async () => {
    const error = await failureOf(openSpark(connectUrl.replace(/token=.*/, 'token=not-this-one')));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/^Spark at 127\.0\.0\.1:\d+ refuses the token .*engine\.secretRef/);
    expect(error.message).not.toContain('not-this-one');
  });

  test('may come from the environment, as the Secret brings it', async () => {
    const { groups } = /token=(?<token>.*)$/.exec(connectUrl) ?? {};
    const env = { SPARK_CONNECT_AUTHENTICATE_TOKEN: `${groups?.['token']}\n` };
    await using session = await openSpark(connectUrl.replace(/;token=.*/, ''), { env });
    expect(session.version).toMatch(/^4\./);
  });
});

describe('an abort', () => {
  test('ends the query on the server and fails with the signal’s reason', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    const onTasks = () => controller.abort(reason);
    await using aborted = await openSpark(connectUrl, { signal: controller.signal, onTasks });
    const error = await failureOf(
      aborted.rows('SELECT sum(a.id * b.id) FROM range(3000000) a, range(3000000) b'),
    );
    expect(error).toBe(reason);
    // Both cores are free again: this would wait behind two tasks of hours.
    expect(await spark.rows('SELECT sum(id) AS s FROM range(0, 1000, 1, 2)')).toEqual([{ s: 499500 }]);
  });
});

describe('writes', () => {
  test('the same write under the same name commits once', async () => {
    const path = await temporaryFolder();
    const write = (version: number) =>
      spark.write('SELECT id FROM range(10)', {
        path,
        mode: 'Append',
        options: { txnAppId: 'run-1', txnVersion: String(version) },
      });
    await write(0);
    await write(0);
    expect(await spark.rows(`SELECT count(*) AS n FROM delta.\`${path}\``)).toEqual([{ n: 10 }]);
    await write(1);
    expect(await spark.rows(`SELECT count(*) AS n FROM delta.\`${path}\``)).toEqual([{ n: 20 }]);
  });

  test('a write that an error ends leaves the table as it was', async () => {
    const path = await temporaryFolder();
    const target = { path, mode: 'Overwrite', options: {} } as const;
    await spark.write('SELECT id FROM range(3)', target);
    await failureOf(spark.write('SELECT id / (id - 5) AS id FROM range(10)', target));
    const broken = spark.write("SELECT 'x' AS id", target);
    expect((await failureOf(broken)).message).toMatch(/the table has other columns than when it was planned/);
    expect(await spark.rows(`SELECT count(*) AS n FROM delta.\`${path}\``)).toEqual([{ n: 3 }]);
  });

  test('a table that is deleted under its reader is told', async () => {
    const error = await failureOf(spark.rows('SELECT * FROM delta.`/nowhere/at-all`'));
    expect(error.message).toMatch(/This means: the table is not there/);
    expect(error).not.toBeInstanceOf(InputError);
  });
});
