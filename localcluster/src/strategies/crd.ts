import type { StatusCause } from '../api/api-error.ts';
import { invalidValue, required } from '../registry/metadata.ts';
import type { Strategy } from '../registry/resource.ts';
import { now } from '../timestamp.ts';
import type { CustomResourceDefinition } from '../types.ts';

/** Definitions are accepted and established as they are stored. */
export const crdStrategy: Strategy = {
  defaults(object) {
    const { spec } = object as CustomResourceDefinition;
    if (!spec.names) return;
    spec.conversion ??= { strategy: 'None' };
    spec.names.singular ??= spec.names.kind?.toLowerCase();
    spec.names.listKind ??= `${spec.names.kind}List`;
  },
  create(object) {
    const crd = object as CustomResourceDefinition;
    crd.status = {
      acceptedNames: crd.spec.names,
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      storedVersions: (crd.spec.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name),
    };
  },
  validate(object) {
    const { metadata, spec } = object as CustomResourceDefinition;
    const causes: StatusCause[] = [];
    if (!spec.group) causes.push(required('spec.group'));
    if (!spec.names?.plural) causes.push(required('spec.names.plural'));
    if (!spec.names?.kind) causes.push(required('spec.names.kind'));
    const name = `${spec.names?.plural}.${spec.group}`;
    if (causes.length === 0 && metadata.name !== name) {
      causes.push(invalidValue('metadata.name', metadata.name, `must be spec.names.plural+"."+spec.group`));
    }
    return [...causes, ...validateVersions(spec.versions ?? [])];
  },
};

function validateVersions(versions: CustomResourceDefinition['spec']['versions']): StatusCause[] {
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const why = 'must have exactly one version marked as storage version';
    return [
      invalidValue(
        'spec.versions',
        versions.map(({ name }) => name),
        why,
      ),
    ];
  }
  return versions.flatMap(({ schema }, index) =>
    schema?.openAPIV3Schema
      ? []
      : [required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required')],
  );
}

function condition(type: string, reason: string, message: string) {
  return { type, status: 'True', reason, message, lastTransitionTime: now() };
}
