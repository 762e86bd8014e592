import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendOpenApiV2 } from './openapi-v2.ts';

/** As far as kubectl needs it. */
const PROTO = `syntax = "proto3";
message Info { string title = 1; string version = 2; }
message Document { string swagger = 1; Info info = 2; }`;

const server = createServer(sendOpenApiV2);
const ask = async (accept: string) => {
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}`, { headers: { accept } });
};

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());

it('kubectl, which takes protobuf alone, gets a document that it can read', async () => {
  const response = await ask('application/com.github.proto-openapi.spec.v2@v1.0+protobuf');
  expect(response.headers.get('content-type')).toContain('+protobuf');
  const message = protobuf.parse(PROTO).root.lookupType('Document');
  const read = message.toObject(message.decode(new Uint8Array(await response.arrayBuffer())));
  expect(read).toEqual({
    swagger: '2.0',
    info: { title: 'Kubernetes', version: expect.any(String) as string },
  });
});

it('others get the same in JSON', async () => {
  const response = await ask('application/json');
  expect(await response.json()).toMatchObject({ swagger: '2.0', info: { title: 'Kubernetes' }, paths: {} });
});
