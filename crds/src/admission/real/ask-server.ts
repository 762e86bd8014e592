import type { CustomResourceDefinition } from '../../definition.ts';
import { type Answer, nameOf, withoutMetadata } from './answer.ts';
import type { Client, Reply } from './api-server.ts';
import type { Case } from './case.ts';
import { definitionOf } from './cases.ts';

const DRY_RUN = '?dryRun=All&fieldValidation=Warn';

/** What a real API server says: of a dry run, and for an update of an object that is made for it. */
export async function askServer(client: Client, each: Case): Promise<Answer> {
  if (each.old !== undefined) {
    await store(client, each);
    return askUpdate(client, each);
  }
  const path = collectionOf(definitionOf(each.plural));
  return answerIn(await client('POST', path + DRY_RUN, each.object));
}

/** Makes the object that the case updates. */
export async function store(client: Client, { plural, old }: Case): Promise<void> {
  const created = await client('POST', collectionOf(definitionOf(plural)), old);
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
}

/** Updates the object that stands, in a dry run, and deletes it. */
export async function askUpdate(client: Client, { plural, object }: Case): Promise<Answer> {
  const path = `${collectionOf(definitionOf(plural))}/${nameOf(object)}`;
  const { body } = await client('GET', path);
  const { resourceVersion } = body['metadata'] as { resourceVersion: string };
  const update = { ...object, metadata: { ...(object['metadata'] as object), resourceVersion } };
  const reply = await client('PUT', path + DRY_RUN, update);
  await client('DELETE', path);
  return answerIn(reply);
}

export function collectionOf({ spec }: CustomResourceDefinition): string {
  return `/apis/${spec.group}/${spec.versions[0]?.name}/namespaces/default/${spec.names.plural}`;
}

function answerIn({ status, warnings, body }: Reply): Answer {
  if (status < 300) return { object: withoutMetadata(body), warnings, causes: [] };
  const details = body['details'] as { causes?: Answer['causes'] } | undefined;
  return { warnings, causes: details?.causes ?? [{ message: String(body['message']) }] };
}
