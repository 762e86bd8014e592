import { StorageError } from '@stockout/contracts';
import type { Place } from './object-service.ts';
import type { FailureKind, ServiceError } from './service-error.ts';

/** A sentence for people: what was asked of whom and as whom, what came of it, and what to look at. */
export function explainFailure(error: ServiceError, place: Place, what: string, name: string): StorageError {
  const { happened, check } = WORDS[error.kind](error, place);
  const asked = `to ${what} ${name === '' ? 'everything' : name} at ${place.endpoint} with ${place.identity}`;
  return new StorageError(`${place.uri}: ${happened} (asked ${asked}${triesOf(error)}). ${check}`, {
    cause: error,
  });
}

interface Words {
  happened: string;
  check: string;
}

const LATER = 'Try again later';

const WORDS: Record<FailureKind, (error: ServiceError, place: Place) => Words> = {
  Absent: () => ({ happened: 'there is no such object', check: LATER }),
  Taken: () => ({ happened: 'the object is there already', check: LATER }),
  Replaced: () => ({ happened: 'the object is replaced again and again while it is read', check: LATER }),
  UploadGone: () => ({
    happened: 'the upload is ended again and again by others that write the same object',
    check: LATER,
  }),
  NoContainer: (_, { container, check }) => ({
    happened: `${container} does not exist`,
    check: check.container,
  }),
  Forbidden: (error, { container, check }) => ({
    happened: `this is not allowed on ${container}${said(error)}`,
    check: check.permission,
  }),
  BadCredentials: (error, { check }) => ({
    happened: `the credentials were not accepted${said(error)}`,
    check: check.identity,
  }),
  NoCredentials: (error, { check }) => ({
    happened: `no credentials could be had${said(error)}`,
    check: check.identity,
  }),
  ExpiredCredentials: (error, { check }) => ({
    happened: `the credentials have expired${said(error)}`,
    check: check.identity,
  }),
  ClockSkew: (error) => ({
    happened: `the request was refused because this machine's clock is wrong${said(error)}`,
    check: 'Set the clock, and let it be kept by NTP',
  }),
  Throttled: (error) => ({
    happened: `the store is busy${said(error)}${asksToWait(error)}`,
    check: `${LATER}, or with fewer at once`,
  }),
  ServerFault: (error) => ({ happened: `the store failed${said(error)}`, check: LATER }),
  Unreachable: (error, { check }) => ({
    happened: `the store cannot be reached${said(error)}`,
    check: check.endpoint,
  }),
  Cut: (error, { check }) => ({ happened: `the connection was cut${said(error)}`, check: check.endpoint }),
  NoAnswer: (error, { check }) => ({
    happened: `the store does not answer: ${error.message}`,
    check: check.endpoint,
  }),
  BadCertificate: (error, { check }) => ({
    happened: `the server's certificate is not trusted${said(error)}`,
    check: `Name the CA's file in NODE_EXTRA_CA_CERTS. ${check.endpoint}`,
  }),
  NotTheStore: (error, { check }) => ({
    happened: `something else answered in the store's place, ${error.message}: a proxy, a gateway or another server`,
    check: check.endpoint,
  }),
  Unsafe: (error) => ({
    happened: `this server ignores If-None-Match (${error.message}), so two writers could overwrite each other`,
    check: 'Use a server or a release that honours it: S3 and current releases of MinIO do',
  }),
  Refused: (error, { check }) => ({
    happened: `the store refused the request${said(error)}`,
    check: check.endpoint,
  }),
};

/** In the store's own words, of which the first line says it. */
function said({ status, code, message }: ServiceError): string {
  const line = (message.split('\n')[0] ?? '').trim().slice(0, 200);
  const name = [status, code].filter((part) => part !== undefined).join(' ');
  const words = line === '' || line === code ? '' : `"${line}"`;
  const both = [name, words].filter((part) => part !== '').join(' ');
  return both === '' ? '' : `: ${both}`;
}

function asksToWait({ retryAfter }: ServiceError): string {
  return retryAfter === undefined ? '' : `, it asks to be left alone for ${Math.ceil(retryAfter / 1000)} s`;
}

function triesOf({ tries, seconds }: ServiceError): string {
  return tries > 1 ? `, ${tries} times in ${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : '';
}
