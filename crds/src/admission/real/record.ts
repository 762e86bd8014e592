// Asks a real API server about every case and writes its answers to ../real-answers.golden.json:
//   KUBECONFIG=... node crds/src/admission/real/record.ts
// The server gets the definitions; it keeps no object.
import { writeFile } from 'node:fs/promises';
import type { CustomResourceDefinition } from '../../definition.ts';
import type { Answer } from './answer.ts';
import { type Client, connect } from './api-server.ts';
import { askServer, collectionOf } from './ask-server.ts';
import { CASES, DEFINITIONS } from './cases.ts';

const golden = await record(connect(process.env['KUBECONFIG']));
const target = new URL('../real-answers.golden.json', import.meta.url);
await writeFile(target, `${JSON.stringify(golden, null, 2)}\n`);

async function record(client: Client) {
  const { body: version } = await client('GET', '/version');
  for (const definition of DEFINITIONS) await define(client, definition);
  const answers: Record<string, Answer> = {};
  for (const each of CASES) answers[`${each.plural}: ${each.name}`] = await askServer(client, each);
  return { server: version['gitVersion'], answers };
}

async function define(client: Client, definition: CustomResourceDefinition): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  const query = '?fieldManager=record&force=true';
  const applied = await client('PATCH', path + query, definition, 'application/apply-patch+yaml');
  if (applied.status >= 300) throw new Error(JSON.stringify(applied.body));
  const deadline = Date.now() + 30_000;
  while ((await client('GET', collectionOf(definition))).status !== 200) {
    if (Date.now() > deadline) throw new Error(`${definition.metadata.name} is not served`);
  }
}
