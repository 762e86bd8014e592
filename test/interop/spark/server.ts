import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { openSpark } from '../../../pipeline/src/engines/spark/connect/session.ts';
import { freePort } from '../../free-port.ts';
import { installSpark } from './install.ts';

/** A Spark Connect server of one JVM with two cores, and Delta Lake in it. */
export interface SparkServer extends AsyncDisposable {
  /** sc://127.0.0.1:port/;token=...: the server wants one. */
  connectUrl: string;
  process: ChildProcess;
}

export interface ServerOptions {
  /** Default: 1g, enough for what tests do. */
  memory?: string;
  conf?: Record<string, string>;
}

const CONF = {
  'spark.sql.extensions': 'io.delta.sql.DeltaSparkSessionExtension',
  'spark.sql.catalog.spark_catalog': 'org.apache.spark.sql.delta.catalog.DeltaCatalog',
  'spark.driver.host': '127.0.0.1',
  'spark.driver.bindAddress': '127.0.0.1',
  'spark.ui.enabled': 'false',
  // Small data: a task for each of two cores, and no more.
  'spark.sql.shuffle.partitions': '2',
  'spark.databricks.delta.snapshotPartitions': '1',
  // What was compiled for one session serves the next one: else each has a class loader of its own.
  'spark.sql.artifact.isolation.enabled': 'false',
};

/** Starts one and waits until it answers. */
export async function startSparkServer(options: ServerOptions = {}): Promise<SparkServer> {
  const { sparkHome, jars, python } = await installSpark();
  const folder = await mkdtemp(join(tmpdir(), 'stockout-spark-'));
  const port = await freePort();
  const conf = {
    ...CONF,
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': String(port),
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    ...options.conf,
  };
  const args = [
    '--class=org.apache.spark.sql.connect.service.SparkConnectServer',
    '--name=stockout',
    '--master=local[2]',
    `--driver-memory=${options.memory ?? '1g'}`,
    `--jars=${jars.join(',')}`,
    ...Object.entries(conf).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
    'spark-internal',
  ];
  const jvm = spawn(join(sparkHome, 'bin', 'spark-submit'), args, {
    cwd: folder,
    env: {
      ...process.env,
      SPARK_HOME: sparkHome,
      PYSPARK_PYTHON: python,
      SPARK_LOCAL_IP: '127.0.0.1',
      SPARK_LOCAL_DIRS: folder,
      SPARK_CONNECT_AUTHENTICATE_TOKEN: TOKEN,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // A test process that is ended takes it along.
  const endWithUs = () => void jvm.kill();
  process.once('exit', endWithUs);
  const log = keepTail(jvm);
  const connectUrl = `sc://127.0.0.1:${port}/;use_ssl=false;token=${TOKEN}`;
  const end = async () => {
    process.off('exit', endWithUs);
    if (jvm.exitCode === null && jvm.signalCode === null) {
      const exited = once(jvm, 'exit');
      jvm.kill('SIGTERM');
      await exited;
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    await answers(connectUrl, jvm, log);
  } catch (error) {
    await end();
    throw error;
  }
  return { connectUrl, process: jvm, [Symbol.asyncDispose]: end };
}

const TOKEN = 'stockout-test-token';
const PATIENCE_MILLISECONDS = 120_000;

async function answers(connectUrl: string, jvm: ChildProcess, log: () => string): Promise<void> {
  const began = performance.now();
  const timeouts = { call: 10_000, silence: 60_000, patienceAtFirst: 0, patience: 0 };
  for (;;) {
    if (jvm.exitCode !== null) throw new Error(`Spark ended with ${jvm.exitCode}:\n${log()}`);
    try {
      await using spark = await openSpark(connectUrl, { env: {}, timeouts });
      return await spark.run('SELECT 1');
    } catch (error) {
      if (performance.now() - began > PATIENCE_MILLISECONDS) throw new Error(log(), { cause: error });
      await pause(200);
    }
  }
}

/** The last words of its log, for when it does not start. */
function keepTail(jvm: ChildProcess): () => string {
  let tail = '';
  jvm.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-8000);
  });
  return () => tail;
}
