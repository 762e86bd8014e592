import { METHODS } from 'node:http';
import {
  type Arbitrary,
  array,
  constant,
  constantFrom,
  dictionary,
  jsonValue,
  oneof,
  record,
  string,
  tuple,
  uint8Array,
  webPath,
  webQueryParameters,
} from 'fast-check';
import { type Call, HISTORY, READING, SCORING, SHADOW } from './calls.ts';
import { oddRow } from './odd-rows.ts';
import { KEY } from '../served-predictor.ts';
import { spliced, splices } from './splices.ts';

/** A request that an HTTP client can send. */
export interface HttpRequest extends Call {
  kind: 'http';
  /** With its length, in chunks, or hung up on before its end. */
  how: 'length' | 'chunked' | 'abandoned';
}

const TYPES = [
  ...new Set(SCORING.map(({ headers }) => headers['content-type'] as string)),
  'application/json; charset=utf-8',
  'application/json; charset=latin1',
  'application/json;',
  'multipart/form-data; boundary=x',
  'application/x-python-pickle',
  '*/*',
  '',
];

const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ...TYPES.map((type) => ['content-type', type] as const),
  ['content-encoding', 'gzip'],
  ['content-encoding', 'identity'],
  ['accept', 'application/xml'],
  ['accept-encoding', 'gzip, br'],
  ['range', 'bytes=0-1'],
  ['range', 'bytes=9999999-'],
  ['if-none-match', '*'],
  ['if-modified-since', 'yesterday'],
  ['expect', '100-continue'],
  ['expect', 'magic'],
  ['connection', 'close'],
  ['x-request-id', 'of-the-caller'],
  ['x-request-id', 'x'.repeat(4_000)],
  ['x-api-key', 'wrong'],
  ['x-api-key', ''],
  ['authorization', 'Bearer e30.e30.e30'],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['traceparent', 'ff-x'],
  ['x-forwarded-for', '::1, x'],
  ...['0', '5', '-1', '99999', '1e3', 'x'].map(
    (length) => ['inference-header-content-length', length] as const,
  ),
];

const bytes: Arbitrary<Buffer> = uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some));

/** A call as it should be, and what a few changes make of it. */
const changed = (calls: readonly Call[]): Arbitrary<Call> =>
  tuple(constantFrom(...calls), splices).map(([call, changes]) => ({
    ...call,
    body: spliced(call.body, changes),
  }));

const [predict, , batch] = SCORING as [Call, Call, Call];
const records = SCORING.find(({ path }) => path === '/invocations') as Call;
const json = (call: Call, text: string): Call => ({ ...call, body: Buffer.from(text) });

const odd: Arbitrary<Call> = oneof(
  oddRow.map((row) => json(predict, row)),
  array(oddRow, { maxLength: 3 }).map((rows) => json(batch, `[${rows.join()}]`)),
  array(oddRow, { maxLength: 3 }).map((rows) => json(records, `{"dataframe_records":[${rows.join()}]}`)),
  jsonValue({ maxDepth: 6 }).map((any) => json(predict, JSON.stringify(any))),
);

/** Any path by any method, with any body of any type. */
const stray: Arbitrary<Call> = record({
  port: constantFrom('public', 'admin'),
  method: constantFrom(...METHODS.filter((method) => method !== 'CONNECT')),
  path: oneof(
    constantFrom(...[...SCORING, ...READING].map(({ path }) => path)),
    webPath().map((path) => `/${path.replace(/^\/+/, '')}`),
    constantFrom(
      '/v2/models/%00/infer',
      '/v2/models/../../etc/passwd',
      '/docs/..%2f..%2fpackage.json',
      '//',
      '/%',
      '*',
    ),
  ),
  headers: constantFrom(...TYPES).map((type) => ({ 'content-type': type })),
  body: oneof(bytes, constantFrom(...SCORING.map(({ body }) => body))),
});

const query: Arbitrary<string> = oneof(
  { weight: 12, arbitrary: constant('') },
  {
    weight: 1,
    arbitrary: constantFrom(
      '?explain=-1',
      '?explain=1&explain=2',
      '?features=yes',
      '?__proto__=1',
      '?%',
      '?',
    ),
  },
  { weight: 1, arbitrary: webQueryParameters().map((text) => `?${text}`) },
);

const headers: Arbitrary<Record<string, string>> = oneof(
  { weight: 5, arbitrary: constant({}) },
  {
    weight: 2,
    arbitrary: array(constantFrom(...HEADERS), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
  },
  {
    weight: 1,
    arbitrary: dictionary(
      constantFrom('x-a', 'accept', 'cookie', 'x-request-id'),
      string({ maxLength: 30 }),
    ).map(printable),
  },
);

function printable(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value.replace(/[^ -~]/g, '?')]),
  );
}

const call: Arbitrary<Call> = oneof(
  { weight: 120, arbitrary: changed(SCORING) },
  { weight: 40, arbitrary: odd },
  { weight: 20, arbitrary: stray },
  { weight: 10, arbitrary: changed(READING) },
  { weight: 5, arbitrary: changed([SHADOW]) },
  { weight: 1, arbitrary: changed(HISTORY) },
);

export const httpRequest: Arbitrary<HttpRequest> = record({
  call,
  query,
  headers,
  how: oneof(
    { weight: 17, arbitrary: constant('length' as const) },
    { weight: 2, arbitrary: constant('chunked' as const) },
    { weight: 1, arbitrary: constant('abandoned' as const) },
  ),
}).map(({ call: sent, query: asked, headers: further, how }) => ({
  kind: 'http',
  ...sent,
  path: asked === '' ? sent.path : sent.path.replace(/\?.*/, '') + asked,
  headers: { 'x-api-key': KEY, ...sent.headers, ...further },
  how,
}));
