import { expect, test } from 'vitest';
import { failureOfNetwork, refuseAlien, retryAfterOf } from './service-error.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });

test.each([
  [withCode('ECONNREFUSED'), 'Unreachable'],
  [new Error('wrapped', { cause: withCode('ENOTFOUND') }), 'Unreachable'],
  [new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]), 'Unreachable'],
  [withCode('ECONNRESET'), 'Cut'],
  [new Error('socket hang up'), 'Cut'],
  [withCode('ETIMEDOUT'), 'NoAnswer'],
  [withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), 'BadCertificate'],
  [withCode('ERR_TLS_CERT_ALTNAME_INVALID'), 'BadCertificate'],
  [withCode('EPROTO'), 'Cut'],
  [withCode('ENOSPC'), undefined],
  [new Error('else'), undefined],
])('%s is %s', (error, kind) => {
  expect(failureOfNetwork(error)?.kind).toBe(kind);
});

test.each([
  ['7', 7000],
  ['Thu, 01 Jan 1970 00:00:09 GMT', 9000],
  ['Wed, 31 Dec 1969 00:00:00 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %s is %s ms', (header, milliseconds) => {
  expect(retryAfterOf(header, 0)).toBe(milliseconds);
});

const header = (headers: Record<string, string>) => (name: string) => headers[name];

test('a page of HTML is no answer of a store, but an object of that type is', () => {
  expect(() => refuseAlien(200, header({ 'content-type': 'text/html; charset=utf-8' }))).toThrow('HTML');
  refuseAlien(200, header({ 'content-type': 'text/html', 'x-ms-request-id': '1' }));
  refuseAlien(503, header({ 'content-type': 'application/xml' }));
});
