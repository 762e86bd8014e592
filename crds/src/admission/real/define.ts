import { setTimeout as wait } from 'node:timers/promises';
import type { CustomResourceDefinition } from '../../definition.ts';
import type { Client } from './api-server.ts';
import { collectionOf } from './ask-server.ts';

/** Applies a definition and waits until the server judges by it. */
export async function define(client: Client, definition: CustomResourceDefinition): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  const before = await client('GET', path);
  const query = '?fieldManager=record&force=true';
  const after = await client('PATCH', path + query, definition, 'application/apply-patch+yaml');
  if (after.status >= 300) throw new Error(JSON.stringify(after.body));
  const deadline = performance.now() + 30_000;
  while ((await client('GET', collectionOf(definition))).status !== 200) {
    if (performance.now() > deadline) throw new Error(`${definition.metadata.name} is not served`);
    await wait(100);
  }
  // Of a definition that changed, the server does not tell when it is in force.
  if (generationOf(before.body) !== generationOf(after.body)) await wait(3000);
}

function generationOf(body: Record<string, unknown>): unknown {
  return (body['metadata'] as { generation?: number } | undefined)?.generation;
}
