import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CustomResourceDefinition, JSONSchemaProps } from './definition.ts';

export const GROUP = 'stockout.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

const PLURALS = ['stockoutmodels', 'scoringjobs'] as const;

/** Both CustomResourceDefinitions, as they are applied to a cluster. */
export function readDefinitions(): CustomResourceDefinition[] {
  return PLURALS.map((plural) => parse(readFileSync(new URL(`../${plural}.yaml`, import.meta.url), 'utf8')));
}

/** The schema of one version of a definition. */
export function schemaOf(definition: CustomResourceDefinition, version = VERSION): JSONSchemaProps {
  const found = definition.spec.versions.find((each) => each.name === version);
  if (found === undefined) throw new RangeError(`${definition.metadata.name} has no version ${version}`);
  return found.schema.openAPIV3Schema;
}
