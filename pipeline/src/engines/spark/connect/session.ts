import { type RecordBatch, tableFromIPC } from 'apache-arrow';
import { Channel, type Timeouts } from './channel.ts';
import { parseConnection } from './connection-string.ts';
import { execute } from './execution.ts';
import { Link } from './link.ts';
import { Patience } from './patience.ts';
import type { ExecuteResponse, Plan, Relation } from './protocol.ts';

export interface SparkOptions {
  /** What spec's secretRef brings. Default: the process's own environment. */
  env?: NodeJS.ProcessEnv;
  /** Interrupts what runs on the server, which then fails here with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Tasks that are done, of those that Spark knows of so far. */
  onTasks?: ((done: number, total: number) => void) | undefined;
  timeouts?: Timeouts;
}

/** Where and how a query's rows are written. */
interface DeltaWrite {
  /** As Spark sees it. */
  path: string;
  mode: 'Append' | 'Overwrite';
  /** Delta's own: overwriteSchema, replaceWhere, txnAppId, txnVersion, userMetadata. */
  options: Record<string, string>;
}

/** A session on a Spark Connect server. Dispose of it, so that the server forgets it. */
export interface Spark extends AsyncDisposable {
  /** host:port. */
  readonly address: string;
  readonly version: string;
  /** A statement without rows, and a query whose rows nobody wants. */
  run(sql: string): Promise<void>;
  /** All rows as plain values: for small results. 64-bit integers are numbers. */
  rows<T>(sql: string): Promise<T[]>;
  /** The result piece by piece, as the server makes it; never whole in memory. */
  batches(sql: string): AsyncIterable<RecordBatch>;
  /** Writes a query's rows to a Delta table, in one commit of it. */
  write(select: string, target: DeltaWrite): Promise<void>;
}

/** Spark then reads our SQL as DuckDB does, and says the same day on every machine. */
const SETTINGS = {
  'spark.sql.session.timeZone': 'UTC',
  'spark.sql.ansi.enabled': 'true',
  'spark.sql.ansi.doubleQuotedIdentifiers': 'true',
  // Uncompressed: what is sent is small, or numbers that hardly shrink.
  'spark.sql.execution.arrow.compression.codec': 'none',
};

/**
 * Connects, and fails within seconds where nobody listens.
 * @param connectUrl `sc://host:port/;key=value;...`
 * @throws InputError for an address that is none and a token that is refused; StockoutError that says what was tried
 */
export async function openSpark(connectUrl: string, options: SparkOptions = {}): Promise<Spark> {
  const { env = process.env, signal, onTasks, timeouts } = options;
  const connection = parseConnection(connectUrl, env);
  const channel = new Channel(connection, timeouts);
  const link = new Link(channel, connection);
  try {
    await link.configure(SETTINGS, new Patience(channel.timeouts.patienceAtFirst), signal);
    const version = await link.version(signal);
    return new SparkSession(link, version, { signal, onTasks });
  } catch (error) {
    channel.close();
    throw error;
  }
}

class SparkSession implements Spark {
  readonly address: string;
  readonly version: string;
  readonly #link: Link;
  readonly #options: Pick<SparkOptions, 'signal' | 'onTasks'>;

  constructor(link: Link, version: string, options: Pick<SparkOptions, 'signal' | 'onTasks'>) {
    this.#link = link;
    this.#options = options;
    this.address = link.channel.address;
    this.version = version;
  }

  async run(sql: string): Promise<void> {
    await this.#drain({ command: { sqlCommand: { input: this.#relation(sql) } } });
  }

  async rows<T>(sql: string): Promise<T[]> {
    const found: T[] = [];
    for await (const batch of this.batches(sql)) for (const row of batch) found.push(plain<T>(row.toJSON()));
    return found;
  }

  async *batches(sql: string): AsyncGenerator<RecordBatch> {
    for await (const { arrowBatch } of this.#execute({ root: this.#relation(sql) })) {
      if (arrowBatch !== undefined) yield* tableFromIPC(arrowBatch.data).batches;
    }
  }

  async write(select: string, { path, mode, options }: DeltaWrite): Promise<void> {
    const input = this.#relation(select);
    const saveMode = mode === 'Append' ? 'SAVE_MODE_APPEND' : 'SAVE_MODE_OVERWRITE';
    const writeOperation = { input, source: 'delta', path, mode: saveMode, options } as const;
    await this.#drain({ command: { writeOperation } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.releaseSession();
    this.#link.channel.close();
  }

  #relation(query: string): Relation {
    return { common: { planId: this.#link.nextPlan }, sql: { query } };
  }

  async #drain(plan: Plan): Promise<void> {
    for await (const _ of this.#execute(plan));
  }

  async *#execute(plan: Plan): AsyncGenerator<ExecuteResponse> {
    const { signal, onTasks } = this.#options;
    for await (const response of execute(this.#link, plan, signal)) {
      const stages = response.executionProgress?.stages;
      if (stages === undefined) yield response;
      else if (stages.length > 0) onTasks?.(sumOf(stages, 'numCompletedTasks'), sumOf(stages, 'numTasks'));
    }
  }
}

function sumOf<K extends string>(stages: readonly Record<K, number>[], key: K): number {
  return stages.reduce((sum, stage) => sum + stage[key], 0);
}

function plain<T>(row: object): T {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? Number(value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}
