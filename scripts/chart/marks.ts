const PREFIX = 'VALUE_OF_';

/** Stands for what a value decides, as long as the object is data. */
export function mark(name: string): string {
  return `${PREFIX}${name}`;
}

const SCALARS: Record<string, string> = {
  namespace: '.Release.Namespace',
  replicas: '.Values.replicas',
  operator: 'include "stockout.image" (list . "operator")',
  pipeline: 'include "stockout.image" (list . "pipeline")',
  predictor: 'include "stockout.image" (list . "predictor")',
  allowedNames: 'join "," .Values.allowedNames | quote',
};

/** YAML with marks as a template: each is the end of its line. */
export function fillMarks(yaml: string): string {
  const line = new RegExp(`^( *)(.*)${PREFIX}(\\w+)$`, 'gm');
  return yaml.replaceAll(line, (_, indent: string, before: string, name: string) => {
    const scalar = SCALARS[name];
    if (scalar !== undefined) return `${indent}${before}{{ ${scalar} }}`;
    const lines = name === 'namespaces' ? argumentLines(indent) : optionalLines(indent, name);
    return lines.join('\n');
  });
}

/** Elements of a list. */
function argumentLines(indent: string): string[] {
  return [
    `${indent}{{- with .Values.namespaces }}`,
    `${indent}- --namespaces`,
    `${indent}{{- toYaml . | nindent ${indent.length} }}`,
    `${indent}{{- end }}`,
  ];
}

/** A field that is left out while its value is empty. */
function optionalLines(indent: string, field: string): string[] {
  return [
    `${indent}{{- with .Values.${field} }}`,
    `${indent}${field}:`,
    `${indent}  {{- toYaml . | nindent ${indent.length + 2} }}`,
    `${indent}{{- end }}`,
  ];
}
