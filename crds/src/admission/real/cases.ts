import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CustomResourceDefinition } from '../../definition.ts';
import { readDefinitions } from '../../definitions.ts';
import type { Case } from './case.ts';
import { FIXTURE_CASES } from './fixture-cases.ts';
import { JOB_CASES, MODEL_CASES } from './model-cases.ts';
import { STORED_CASES } from './stored-cases.ts';

const fixtures = parse(readFileSync(new URL('fixtures.yaml', import.meta.url), 'utf8'));

/** Ours, and one that uses the rest of what a structural schema can say. */
export const DEFINITIONS: readonly CustomResourceDefinition[] = [...readDefinitions(), fixtures];

export const CASES: readonly Case[] = [...MODEL_CASES, ...JOB_CASES, ...FIXTURE_CASES, ...STORED_CASES];

/** Under which the golden file has a case's answer. */
export function nameOfCase({ plural, name }: Case): string {
  return `${plural}: ${name}`;
}

export function definitionOf(plural: string): CustomResourceDefinition {
  const found = DEFINITIONS.find((definition) => definition.spec.names.plural === plural);
  if (found === undefined) throw new RangeError(`no definition of ${plural}`);
  return found;
}
