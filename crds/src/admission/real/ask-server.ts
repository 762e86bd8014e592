import type { CustomResourceDefinition } from '../../definition.ts';
import { type Answer, nameOf, withoutMetadata } from './answer.ts';
import type { Client, Reply } from './api-server.ts';
import type { Case } from './case.ts';
import { definitionOf } from './cases.ts';

const DRY_RUN = '?dryRun=All&fieldValidation=Warn';

/** What a real API server says: of a dry run, and for an update of an object that is made for it. */
export async function askServer(client: Client, { plural, object, old }: Case): Promise<Answer> {
  const path = collectionOf(definitionOf(plural));
  if (old === undefined) return answerIn(await client('POST', path + DRY_RUN, object));
  const one = `${path}/${nameOf(object)}`;
  const created = await client('POST', path, old);
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  try {
    const { resourceVersion } = created.body['metadata'] as { resourceVersion: string };
    const update = { ...object, metadata: { ...(object['metadata'] as object), resourceVersion } };
    return answerIn(await client('PUT', one + DRY_RUN, update));
  } finally {
    await client('DELETE', one);
  }
}

export function collectionOf({ spec }: CustomResourceDefinition): string {
  return `/apis/${spec.group}/${spec.versions[0]?.name}/namespaces/default/${spec.names.plural}`;
}

function answerIn({ status, warnings, body }: Reply): Answer {
  if (status < 300) return { object: withoutMetadata(body), warnings, causes: [] };
  const details = body['details'] as { causes?: Answer['causes'] } | undefined;
  return { warnings, causes: details?.causes ?? [{ message: String(body['message']) }] };
}
