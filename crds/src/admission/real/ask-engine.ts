import { schemaOf } from '../../definitions.ts';
import { admit } from '../index.ts';
import { type Answer, withoutMetadata } from './answer.ts';
import type { Case } from './case.ts';
import { definitionOf } from './cases.ts';

export function askEngine({ plural, object, old, isStoredBefore }: Case): Answer {
  const definition = definitionOf(plural);
  const [version] = definition.spec.versions;
  const schema = schemaOf(definition, version?.name);
  const standing = isStoredBefore ? old : old && admit(schema, old).object;
  const admission = admit(schema, object, standing, version?.subresources?.scale?.specReplicasPath);
  const { warnings, causes } = admission;
  return { ...(causes.length === 0 && { object: withoutMetadata(admission.object) }), warnings, causes };
}
