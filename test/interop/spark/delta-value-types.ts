import { quoteLiteral } from '@stockout/features';

/** A type by everyone's name for it, and values of it, its least and its greatest among them. */
export interface ValueType {
  delta: string;
  spark: string;
  arrow: string;
  /** Not of naive timestamps, which our writer refuses to bring into a table. */
  duckdb?: string;
  values: string[];
}

const instants = [
  '0001-01-01 00:00:00',
  '1969-12-31 23:59:59.999999',
  '2025-02-28 12:34:56.789012',
  '9999-12-31 23:59:59.999999',
];
export const TYPES: ValueType[] = [
  { delta: 'timestamp_ntz', spark: 'TIMESTAMP_NTZ', arrow: 'Timestamp(Microsecond, None)', values: instants },
  {
    delta: 'timestamp',
    spark: 'TIMESTAMP',
    arrow: 'Timestamp(Microsecond, Some("UTC"))',
    duckdb: 'TIMESTAMPTZ',
    values: instants,
  },
  {
    delta: 'date',
    spark: 'DATE',
    arrow: 'Date32',
    duckdb: 'DATE',
    values: ['0001-01-01', '1582-10-10', '1969-12-31', '9999-12-31'],
  },
  {
    delta: 'decimal(38,18)',
    spark: 'DECIMAL(38,18)',
    arrow: 'Decimal128(38, 18)',
    duckdb: 'DECIMAL(38,18)',
    values: [
      '-99999999999999999999.999999999999999999',
      '-0.000000000000000001',
      '0',
      '99999999999999999999.999999999999999999',
    ],
  },
  {
    delta: 'decimal(38,0)',
    spark: 'DECIMAL(38,0)',
    arrow: 'Decimal128(38, 0)',
    duckdb: 'DECIMAL(38,0)',
    values: [`-${'9'.repeat(38)}`, '-1', '9'.repeat(38)],
  },
  {
    delta: 'decimal(12,3)',
    spark: 'DECIMAL(12,3)',
    arrow: 'Decimal128(12, 3)',
    duckdb: 'DECIMAL(12,3)',
    values: ['-999999999.999', '-0.001', '1.500'],
  },
  {
    delta: 'decimal(5,2)',
    spark: 'DECIMAL(5,2)',
    arrow: 'Decimal128(5, 2)',
    duckdb: 'DECIMAL(5,2)',
    values: ['-999.99', '-0.01', '1.5'],
  },
  {
    delta: 'long',
    spark: 'BIGINT',
    arrow: 'Int64',
    duckdb: 'BIGINT',
    values: ['-9223372036854775808', '9223372036854775807'],
  },
  { delta: 'byte', spark: 'TINYINT', arrow: 'Int8', duckdb: 'TINYINT', values: ['-128', '127'] },
  {
    delta: 'double',
    spark: 'DOUBLE',
    arrow: 'Float64',
    duckdb: 'DOUBLE',
    values: ['-1.7976931348623157e308', '5e-324', '0.1'],
  },
  {
    delta: 'float',
    spark: 'FLOAT',
    arrow: 'Float32',
    duckdb: 'FLOAT',
    values: ['-3.4028235e38', '1e-45', '0.1'],
  },
  { delta: 'boolean', spark: 'BOOLEAN', arrow: 'Boolean', duckdb: 'BOOLEAN', values: ['true', 'false'] },
];

/** A SELECT of the types as c0, c1, ...: a row per value of each, and one of nulls. */
function selectOf(types: readonly ValueType[], cast: (literal: string, type: ValueType) => string): string {
  const most = Math.max(...types.map(({ values }) => values.length));
  const rows = Array.from({ length: most + 1 }, (_, row) => {
    const columns = types.map((type, i) => {
      const value = type.values[row];
      return `${cast(value === undefined ? 'NULL' : quoteLiteral(value), type)} AS c${i}`;
    });
    return `SELECT ${columns.join(', ')}`;
  });
  return rows.join(' UNION ALL ');
}

/** The same rows by three kinds of SQL. */
export const selectBy = {
  spark: (types: readonly ValueType[]) =>
    selectOf(types, (literal, { spark }) => `CAST(${literal} AS ${spark})`),
  deltaRs: (types: readonly ValueType[]) =>
    selectOf(types, (literal, { arrow }) => `arrow_cast(${literal}, ${quoteLiteral(arrow)})`),
  us: (types: readonly ValueType[]) =>
    selectOf(types, (literal, { duckdb = '' }) => `CAST(${literal} AS ${duckdb})`),
};
