import {
  type Arbitrary,
  array,
  boolean,
  constantFrom,
  double,
  jsonValue,
  oneof,
  string,
  tuple,
} from 'fast-check';
import { NAMES } from './calls.ts';

/** The text of a value: JSON, or nearly. */
const value: Arbitrary<string> = oneof(
  { weight: 4, arbitrary: double().map((number) => (Number.isFinite(number) ? String(number) : 'null')) },
  {
    weight: 2,
    arbitrary: constantFrom('null', 'true', 'false', 'NaN', 'Infinity', '-0', '1e39', '1e400', '""'),
  },
  { weight: 1, arbitrary: jsonValue({ maxDepth: 4 }).map((any) => JSON.stringify(any)) },
  { weight: 1, arbitrary: string().map((text) => JSON.stringify(text)) },
);

const key: Arbitrary<string> = oneof(
  { weight: 8, arbitrary: constantFrom(...NAMES) },
  { weight: 1, arbitrary: constantFrom('__proto__', 'constructor', 'toString', '', 'store_id') },
  { weight: 1, arbitrary: string({ maxLength: 8 }) },
);

const pair: Arbitrary<string> = tuple(key, value).map(([name, text]) => `${JSON.stringify(name)}:${text}`);

/** The text of a row with all features and further keys, some of them twice; JSON, or nearly. */
export const oddRow: Arbitrary<string> = tuple(
  boolean(),
  array(value, { minLength: NAMES.length, maxLength: NAMES.length }),
  array(pair, { maxLength: 4 }),
).map(([whole, values, further]) => {
  const all = whole ? NAMES.map((name, at) => `"${name}":${values[at]}`) : [];
  return `{${[...all, ...further].join()}}`;
});
