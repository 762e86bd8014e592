import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import type { CustomResourceDefinition, JSONSchemaProps } from './src/definition.ts';

const HEADER = `<!-- Generated from crds/*.yaml by \`npm run generate\`: change those files instead. -->

# The API, field by field

Group \`stockout.dev\`, version \`v1alpha1\`. \`kubectl explain stockoutmodel.spec\` tells the same. Decimals are strings.
A field that is in the schema but whose behaviour is not built yet is answered by the condition reason
\`NotYetSupported\`, which names it. What every reason of a condition means, and what to do, is in [conditions](reference/conditions.md).
`;

/** docs/reference.md: every field of both kinds with its type, default and meaning. */
export function buildReference(plurals: readonly string[]): string {
  return [HEADER, ...plurals.map(describeKind)].join('\n');
}

function describeKind(plural: string): string {
  const text = readFileSync(new URL(`${plural}.yaml`, import.meta.url), 'utf8');
  const crd = parse(text) as CustomResourceDefinition;
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema ?? {};
  const parts = ['spec', 'status'].map((part) => {
    const rows = fieldsOf(schema.properties?.[part] ?? {}, part);
    return [
      `### ${crd.spec.names.kind} ${part}`,
      '',
      '| field | type | default | what |',
      '|---|---|---|---|',
      ...rows,
    ];
  });
  const names = crd.spec.names.shortNames?.map((name) => `\`${name}\``).join(', ');
  return [
    `## ${crd.spec.names.kind}`,
    '',
    `Short name ${names}. ${schema.description ?? ''}`,
    '',
    ...parts.flat(),
    '',
  ].join('\n');
}

function fieldsOf(schema: JSONSchemaProps, path: string): string[] {
  const own = schema.type === 'array' ? (schema.items ?? {}) : schema;
  const prefix = schema.type === 'array' ? `${path}[]` : path;
  const required = new Set(own.required);
  return Object.entries(own.properties ?? {}).flatMap(([name, field]) => [
    rowOf(`${prefix}.${name}`, field, required.has(name)),
    ...fieldsOf(field, `${prefix}.${name}`),
  ]);
}

function rowOf(path: string, field: JSONSchemaProps, required: boolean): string {
  const fallback = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
  const what = [required ? 'Required.' : '', field.description ?? '', ...rulesOf(field)]
    .filter(Boolean)
    .join(' ');
  return `| \`${path}\` | ${typeOf(field)} | ${cell(fallback)} | ${cell(what)} |`;
}

function rulesOf(field: JSONSchemaProps): string[] {
  return (field['x-kubernetes-validations'] ?? []).flatMap(({ message }) =>
    message ? [`Rule: ${message}.`] : [],
  );
}

function typeOf(field: JSONSchemaProps): string {
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(' ');
  if (field.type === 'array') return `list of ${typeOf(field.items ?? {})}`;
  if (typeof field.additionalProperties === 'object') return `map of ${typeOf(field.additionalProperties)}`;
  if (field.type === 'string' && field.pattern?.startsWith('^-?[0-9]')) return 'decimal';
  return field.type ?? 'any';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
}
