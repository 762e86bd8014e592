// Asks a real API server about every case and writes its answers to ../real-answers.golden.json:
//   KUBECONFIG=... node crds/src/admission/real/record.ts
// The server gets the definitions; the cases are dry runs, or objects that are deleted again.
import { writeFile } from 'node:fs/promises';
import type { CustomResourceDefinition } from '../../definition.ts';
import { type Answer, type Client, connect } from './api-server.ts';
import { CASES, DEFINITIONS } from './cases.ts';
import type { Case } from './case.ts';

const kubeconfig = process.env['KUBECONFIG'];
if (!kubeconfig) throw new Error('set KUBECONFIG to that of a Kubernetes API server that may be written to');
const golden = await record(connect(kubeconfig));
const target = new URL('../real-answers.golden.json', import.meta.url);
await writeFile(target, `${JSON.stringify(golden, null, 2)}\n`);

async function record(client: Client) {
  const { body: version } = await client('GET', '/version');
  for (const definition of DEFINITIONS) await define(client, definition);
  const answers: Record<string, Answer> = {};
  for (const each of CASES) answers[`${each.plural}: ${each.name}`] = await ask(client, each);
  return { server: version['gitVersion'], answers };
}

async function define(client: Client, definition: CustomResourceDefinition): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  const query = '?fieldManager=record&force=true';
  const applied = await client('PATCH', path + query, definition, 'application/apply-patch+yaml');
  if (applied.status >= 300) throw new Error(JSON.stringify(applied.body));
  const deadline = Date.now() + 30_000;
  while (!(await served(client, definition))) {
    if (Date.now() > deadline) throw new Error(`${definition.metadata.name} is not served`);
  }
}

async function served(client: Client, definition: CustomResourceDefinition): Promise<boolean> {
  const { status } = await client('GET', collectionOf(definition));
  return status === 200;
}

function collectionOf({ spec }: CustomResourceDefinition): string {
  return `/apis/${spec.group}/${spec.versions[0]?.name}/namespaces/default/${spec.names.plural}`;
}

async function ask(client: Client, { plural, object, old }: Case): Promise<Answer> {
  const definition = DEFINITIONS.find((each) => each.spec.names.plural === plural);
  if (definition === undefined) throw new Error(`no definition of ${plural}`);
  const path = collectionOf(definition);
  const dryRun = '?dryRun=All&fieldValidation=Warn';
  const one = `${path}/${(object['metadata'] as { name: string }).name}`;
  await client('DELETE', one);
  if (old === undefined) return answerOf(await client('POST', path + dryRun, object));
  const created = await client('POST', path, old);
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  const { resourceVersion } = created.body['metadata'] as { resourceVersion: string };
  const update = { ...object, metadata: { ...(object['metadata'] as object), resourceVersion } };
  const answer = answerOf(await client('PUT', one + dryRun, update));
  await client('DELETE', one);
  return answer;
}

function answerOf({ status, warnings, body }: Awaited<ReturnType<Client>>): Answer {
  if (status < 300) {
    // What the server itself writes into metadata differs from run to run.
    const { metadata, ...object } = body;
    return {
      object: { ...object, metadata: { name: (metadata as { name: string }).name } },
      warnings,
      causes: [],
    };
  }
  const details = body['details'] as { causes?: Answer['causes'] } | undefined;
  return { warnings, causes: details?.causes ?? [{ message: String(body['message']) }] };
}
