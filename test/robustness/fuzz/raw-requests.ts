import { type Arbitrary, array, constantFrom, oneof, record, tuple, uint8Array } from 'fast-check';
import { type Call, HISTORY, READING, SCORING } from './calls.ts';
import { type HttpRequest, httpRequest } from './http-requests.ts';
import { spliced, splices } from './splices.ts';

/** Bytes on a connection that ends with them. */
export interface RawRequest {
  kind: 'raw';
  port: 'public' | 'admin' | 'grpc';
  bytes: Buffer;
}

const LINES = [
  'Content-Length: 3',
  'Content-Length: 3, 4',
  'Content-Length: +3',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding:\x0bchunked',
  'Transfer-Encoding: xchunked',
  'Connection: close, upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'X-Folded: a\r\n b',
  'X-Nul: \0',
  ': no name',
  'X-High: \xff',
  `X-Long: ${'x'.repeat(17_000)}`,
  'Host: other',
];

/** The bytes of a request. @param lines further headers */
function written({ method, path, headers, body }: Call, lines: readonly string[] = []): Buffer {
  const all = Object.entries({ ...headers, 'content-length': body.length }).map(
    ([name, text]) => `${name}: ${text}`,
  );
  const head = [`${method} ${path} HTTP/1.1`, 'Host: x', ...all, ...lines].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body]);
}

const one: Arbitrary<Buffer> = tuple(
  oneof(constantFrom(...SCORING, ...READING, ...HISTORY), httpRequest as Arbitrary<HttpRequest>),
  array(constantFrom(...LINES), { maxLength: 2 }),
).map(([call, lines]) => written(call, lines));

/** Requests one behind the other, changed here and there, and what is none at all. */
export const rawRequest: Arbitrary<RawRequest> = record({
  port: constantFrom('public', 'public', 'public', 'admin', 'grpc'),
  bytes: oneof(
    {
      weight: 6,
      arbitrary: tuple(array(one, { minLength: 1, maxLength: 4 }), splices).map(([requests, changes]) =>
        spliced(Buffer.concat(requests), changes),
      ),
    },
    { weight: 1, arbitrary: uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  ),
}).map((request) => ({ kind: 'raw', ...request }));
