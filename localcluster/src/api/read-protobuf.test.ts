import * as fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import { readProtobuf } from './read-protobuf.ts';

type Field = [number: number, value: boolean | number | string | Uint8Array];

/** A message of these fields: strings and bytes by their length, numbers and booleans as varints. */
function message(...fields: Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [number, value] of fields) {
    const isVarint = typeof value === 'number' || typeof value === 'boolean';
    writer.uint32((number << 3) | (isVarint ? 0 : 2));
    if (typeof value === 'string') writer.string(value);
    else if (typeof value === 'number') writer.int64(value);
    else if (typeof value === 'boolean') writer.bool(value);
    else writer.bytes(value);
  }
  return writer.finish();
}

const envelope = (apiVersion: string, kind: string, raw: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), message([1, message([1, apiVersion], [2, kind])], [2, raw])]);

describe('readProtobuf', () => {
  it('reads a Secret: its bytes in base64, and nothing of what Go writes though it is zero', () => {
    const metadata = message([1, 'key'], [3, ''], [7, 0], [8, message()]);
    const data = message([1, 'token'], [2, Buffer.from([0, 255])]);
    expect(readProtobuf(envelope('v1', 'Secret', message([1, metadata], [2, data], [3, ''])))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key' },
      data: { token: 'AP8=' },
    });
  });

  it('reads a Deployment: what is pointed to though it is zero, embedded structs, quantities, times, lists', () => {
    const port = message([1, 1], [3, 'http']);
    const probe = message([1, message([2, message([1, '/ready'], [2, port])])], [2, 5]);
    const limit = message([1, 'cpu'], [2, message([1, '500m'])]);
    const container = message([1, 'app'], [8, message([1, limit])], [11, probe], [4, '-v'], [4, '-x']);
    const template = message([2, message([2, container])]);
    const spec = message([1, 0], [3, template]);
    const metadata = message([1, 'web'], [8, message([1, 1_700_000_000])]);
    expect(readProtobuf(envelope('apps/v1', 'Deployment', message([1, metadata], [2, spec])))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', creationTimestamp: '2023-11-14T22:13:20Z' },
      spec: {
        replicas: 0,
        template: {
          spec: {
            containers: [
              {
                name: 'app',
                args: ['-v', '-x'],
                resources: { limits: { cpu: '500m' } },
                readinessProbe: { httpGet: { path: '/ready', port: 'http' }, initialDelaySeconds: 5 },
              },
            ],
          },
        },
      },
    });
  });

  it('refuses a kind that it reads as JSON only, and names it', () => {
    const body = envelope('rbac.authorization.k8s.io/v1', 'Role', message());
    expect(() => readProtobuf(body)).toThrow('send Role of rbac.authorization.k8s.io/v1 as JSON or YAML');
  });

  it('answers whatever it is sent by an object, or by 400', () => {
    const secret = envelope('v1', 'Secret', message([1, message([1, 'key'])]));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((noise) => Buffer.concat([Buffer.from('k8s\0'), noise])),
      fc.uint8Array({ maxLength: 100 }).map((noise) => envelope('apps/v1', 'Deployment', noise)),
      fc.nat(secret.length).map((length) => secret.subarray(0, length)),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        try {
          expect(readProtobuf(body)).toBeTypeOf('object');
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
          expect((error as ApiError).code).toBe(400);
        }
      }),
      { numRuns: 500 },
    );
  });
});
