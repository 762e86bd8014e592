// Asks a real API server about every case and writes its answers to ../real-answers.golden.json:
//   KUBECONFIG=... node crds/src/admission/real/record.ts
// The server gets the definitions; it keeps no object.
import { writeFile } from 'node:fs/promises';
import type { CustomResourceDefinition } from '../../definition.ts';
import type { Answer } from './answer.ts';
import { type Client, connect } from './api-server.ts';
import { askServer, askUpdate, store } from './ask-server.ts';
import { CASES, DEFINITIONS, nameOfCase } from './cases.ts';
import { define } from './define.ts';

const golden = await record(connect(process.env['KUBECONFIG']));
const target = new URL('../real-answers.golden.json', import.meta.url);
await writeFile(target, `${JSON.stringify(golden, null, 2)}\n`);

async function record(client: Client) {
  const { body: version } = await client('GET', '/version');
  const stored = CASES.filter((each) => each.isStoredBefore);
  const plurals = new Set(stored.map((each) => each.plural));
  for (const definition of DEFINITIONS) {
    await define(client, plurals.has(definition.spec.names.plural) ? lax(definition) : definition);
  }
  for (const each of stored) await store(client, each);
  for (const definition of DEFINITIONS) await define(client, definition);
  const answers: Record<string, Answer> = {};
  for (const each of CASES) {
    const ask = each.isStoredBefore ? askUpdate : askServer;
    answers[nameOfCase(each)] = await ask(client, each);
  }
  return { server: version['gitVersion'], answers };
}

/** The definition as it may have been before: anything goes. */
function lax(definition: CustomResourceDefinition): CustomResourceDefinition {
  const loose = structuredClone(definition);
  const properties = loose.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
  properties['spec'] = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return loose;
}
