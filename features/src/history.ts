import {
  DATE,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  DuckDBDateValue,
  type DuckDBPreparedStatement,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import type { DuckDB } from './duckdb.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { type FeaturesRequest, renderFeatures } from './render.ts';
import { readSql } from './sql-file.ts';
import { renderLines } from './template.ts';

/** Raw rows, column by column under the names of the request; keys text, days since 1970, everything else numbers. */
export type GivenRows = Record<string, readonly (string | number | null)[]>;

/** The features of one store x product, as of the last day that was given of it. */
export interface SeriesFeatures {
  store: string;
  product: string;
  /** Days since 1970. */
  day: number;
  /** In model order; null where it is not known. */
  values: (number | null)[];
}

/** A store x product whose last given day the snapshot cannot speak of. */
export interface OutdatedSeries {
  store: string;
  product: string;
  /** ISO. */
  day: string;
  /** ISO: the first day as of which its features can be made. */
  from: string;
}

const HISTORY = readSql('history.sql');
const TYPES: Record<string, DuckDBType> = {
  store_id: VARCHAR,
  product_id: VARCHAR,
  date: DATE,
  promo: INTEGER,
  stockout: INTEGER,
  region: VARCHAR,
};
/** What DuckDB takes at once. */
const CHUNK_ROWS = 2048;
/** Of the days that the snapshot has one by one, those whose windows of 7 days it has too: snapshot.sql. */
const DAYS_BACK = 27;

const LAST_GIVEN = 'SELECT store_id, product_id, max(date) AS date FROM given GROUP BY store_id, product_id';

/** Makes the features of a few raw rows by the pipeline's own SQL, prepared once. One call at a time. */
export class History {
  readonly #db: DuckDB;
  readonly #columns: { name: string; type: DuckDBType }[];
  readonly #features: DuckDBPreparedStatement;
  readonly #outdated: DuckDBPreparedStatement | undefined;

  private constructor(
    db: DuckDB,
    columns: { name: string; type: DuckDBType }[],
    features: DuckDBPreparedStatement,
    outdated?: DuckDBPreparedStatement,
  ) {
    this.#db = db;
    this.#columns = columns;
    this.#features = features;
    this.#outdated = outdated;
  }

  /**
   * @param features which are wanted, in this order; default: all, in model order
   * @param snapshotFile of the version, as `writeSnapshot` made it: Extended needs one, Standard none
   */
  static async open(
    db: DuckDB,
    request: FeaturesRequest,
    { features, snapshotFile }: { features?: readonly string[]; snapshotFile?: string | undefined } = {},
  ): Promise<History> {
    const wanted = features ?? renderFeatures(request).features;
    const columns = [
      ...Array.from(request.columns, (name) => ({ name, type: TYPES[name] ?? DOUBLE })),
      ...(request.covariates ?? []).map(({ name }) => ({ name, type: DOUBLE })),
    ];
    // Statements are planned before there are rows: what DuckDB concludes from the bounds of an empty table stays in
    // the plan, and later rows are left out without a word.
    await db.run("SET disabled_optimizers = 'statistics_propagation'");
    const table = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
    await db.run(`CREATE TEMP TABLE given (${table.join(', ')})`);
    if (request.set === 'Standard') {
      return new History(db, columns, await db.connection.prepare(selectFeatures(request, wanted)));
    }
    if (snapshotFile === undefined) throw new TypeError('Extended needs a snapshot');
    await db.run(`CREATE TEMP TABLE snapshot AS SELECT * FROM read_parquet(${quoteLiteral(snapshotFile)})`);
    const select = await db.connection.prepare(selectFeatures({ ...request, snapshot: true }, wanted));
    return new History(db, columns, select, await db.connection.prepare(OUTDATED));
  }

  /** @param rows one a store x product x day; a covariate or an optional column that is all null may be left out */
  async features(rows: GivenRows): Promise<SeriesFeatures[] | { outdated: OutdatedSeries[] }> {
    // What is rolled back leaves nothing behind, however often.
    await this.#db.run('BEGIN');
    try {
      this.#append(rows, await this.#db.connection.createAppender('given', 'main', 'temp'));
      const outdated = await this.#findOutdated();
      return outdated.length > 0 ? { outdated } : await this.#read();
    } finally {
      await this.#db.run('ROLLBACK');
    }
  }

  #append(rows: GivenRows, appender: DuckDBAppender): void {
    const count = rows['store_id']?.length ?? 0;
    const types = this.#columns.map(({ type }) => type);
    for (let from = 0; from < count; from += CHUNK_ROWS) {
      const to = Math.min(from + CHUNK_ROWS, count);
      const chunk = DuckDBDataChunk.create(types, to - from);
      for (const [index, { name, type }] of this.#columns.entries()) {
        const values = rows[name]?.slice(from, to) ?? Array.from({ length: to - from }, () => null);
        chunk.setColumnValues(index, type === DATE ? values.map(dateOf) : values);
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  async #findOutdated(): Promise<OutdatedSeries[]> {
    if (this.#outdated === undefined) return [];
    const [stores = [], products = [], days = [], froms = []] = await columnsOf(this.#outdated);
    return stores.map((store, row) => ({
      store: String(store),
      product: String(products[row]),
      day: String(days[row]),
      from: String(froms[row]),
    }));
  }

  async #read(): Promise<SeriesFeatures[]> {
    const [stores = [], products = [], days = [], ...features] = await columnsOf(this.#features);
    return stores.map((store, row) => ({
      store: String(store),
      product: String(products[row]),
      day: Number(days[row]),
      values: features.map((column) => column[row] as number | null),
    }));
  }
}

/** The given series that end before the snapshot, or more than its days back: their sums would know the future. */
const OUTDATED = `
  SELECT given.store_id, given.product_id, CAST(given.date AS VARCHAR),
    CAST(greatest(series.date, newest.day - ${DAYS_BACK}) AS VARCHAR)
  FROM (${LAST_GIVEN}) AS given
  CROSS JOIN (SELECT max(date) AS day FROM snapshot) AS newest
  LEFT JOIN (SELECT * FROM snapshot WHERE grain = 'series') AS series USING (store_id, product_id)
  WHERE given.date < greatest(series.date, newest.day - ${DAYS_BACK})
  ORDER BY ALL`;

function selectFeatures(request: FeaturesRequest, features: readonly string[]): string {
  const { sql } = renderFeatures(request);
  const { covariates = [], snapshot = false } = request;
  const context = { columns: new Set(request.columns), covariates, snapshot };
  const before = snapshot ? renderLines(HISTORY, context) : 'WITH raw AS (SELECT * FROM given)';
  const names = features.map((name) => `CAST(${quoteIdentifier(name)} AS DOUBLE)`);
  return `${before} SELECT store_id, product_id, date - DATE '1970-01-01', ${names.join(', ')}
    FROM (${sql}) AS features SEMI JOIN (${LAST_GIVEN}) AS last_given USING (store_id, product_id, date)`;
}

async function columnsOf(statement: DuckDBPreparedStatement): Promise<DuckDBValue[][]> {
  return (await statement.runAndReadAll()).getColumns();
}

function dateOf(days: string | number | null): DuckDBValue {
  return days === null ? null : new DuckDBDateValue(Number(days));
}
