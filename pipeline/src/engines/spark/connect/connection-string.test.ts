import { InputError } from '@stockout/contracts';
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConnection } from './connection-string.ts';

describe('a connection string is read as Spark’s own clients read it', () => {
  test('host and port, plain where nothing else is said', () => {
    expect(parseConnection('sc://spark.prod:15009')).toMatchObject({
      address: 'spark.prod:15009',
      tls: false,
      token: undefined,
      headers: {},
    });
  });

  test('the port is 15002 unless it is given, and IPv6 has its brackets', () => {
    expect(parseConnection('sc://spark/;').address).toBe('spark:15002');
    expect(parseConnection('sc://[::1]').address).toBe('[::1]:15002');
  });

  test('a token turns TLS on, unless use_ssl says that it may go in the clear', () => {
    expect(parseConnection('sc://spark/;token=abc')).toMatchObject({ tls: true, token: 'abc' });
    expect(parseConnection('sc://spark/;token=abc;use_ssl=false')).toMatchObject({
      tls: false,
      token: 'abc',
    });
    expect(parseConnection('sc://spark/;use_ssl=true')).toMatchObject({ tls: true, token: undefined });
  });

  test('what is no parameter of its own is a header of each call', () => {
    const { headers, userId } = parseConnection(
      'sc://adb.net:443/;token=t;user_id=ann;x-databricks-cluster-id=0-1',
    );
    expect({ headers, userId }).toEqual({ headers: { 'x-databricks-cluster-id': '0-1' }, userId: 'ann' });
  });

  test('token and cluster come from the environment where the string has none', () => {
    const env = { DATABRICKS_TOKEN: 'dapi\n', DATABRICKS_CLUSTER_ID: '0-2' };
    expect(parseConnection('sc://adb.net:443', env)).toMatchObject({
      tls: true,
      token: 'dapi',
      headers: { 'x-databricks-cluster-id': '0-2' },
    });
    expect(
      parseConnection('sc://spark/;token=own', { SPARK_CONNECT_AUTHENTICATE_TOKEN: 'other' }).token,
    ).toBe('own');
  });
});

describe('what is no connection string is refused with what to write', () => {
  test.each([
    ['http://spark:15002', /not an address of Spark Connect: write sc:/],
    ['spark', /not an address of Spark Connect/],
    ['sc:///;token=a', /not an address of Spark Connect/],
    ['sc://spark/token=a', /parameters follow on "\/;"/],
    ['sc://spark?token=a', /parameters follow on "\/;"/],
    ['sc://spark/;token', /a parameter without a value/],
    ['sc://spark/;use_ssl=yes', /use_ssl is yes, write true or false/],
    ['sc://spark/;token=%E0%A4%A', /write it as %25/],
  ])('%s', (connectUrl, message) => {
    expect(() => parseConnection(connectUrl)).toThrow(InputError);
    expect(() => parseConnection(connectUrl)).toThrow(message);
  });

  test('any value comes back as it was, and no message repeats a token', () => {
    const value = string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() === text);
    assert(
      property(value, (token) => {
        const encoded = encodeURIComponent(token);
        expect(parseConnection(`sc://spark/;token=${encoded}`).token).toBe(token);
      }),
    );
    assert(
      property(string(), (rest) => {
        try {
          parseConnection(`sc://spark/;token=SECRET;${rest}`);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).not.toContain('SECRET');
        }
      }),
    );
  });
});
