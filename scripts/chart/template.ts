import type { Document, YAMLMap, YAMLSeq } from 'yaml';
import { fillMarks, mark } from './marks.ts';

const POD = ['spec', 'template', 'spec'];
const VARIABLES: Record<string, string> = {
  STOCKOUT_PIPELINE_IMAGE: 'pipeline',
  STOCKOUT_PREDICTOR_IMAGE: 'predictor',
  STOCKOUT_ALLOWED_NAMES: 'allowedNames',
};

/** An object of config/base as a template: what a value of the chart decides is marked, and the marks become actions. */
export function templateOf(document: Document.Parsed, kind: string): string {
  const inNamespace = document.hasIn(['metadata', 'namespace']);
  if (inNamespace) document.setIn(['metadata', 'namespace'], mark('namespace'));
  if (kind === 'CustomResourceDefinition') {
    // With a kind go all its objects: not because someone uninstalls the chart.
    document.setIn(['metadata', 'annotations', 'helm.sh/resource-policy'], 'keep');
  }
  if (kind.endsWith('RoleBinding')) document.setIn(['subjects', 0, 'namespace'], mark('namespace'));
  if (kind === 'Deployment') markDeployment(document);
  const template = fillMarks(document.toString({ lineWidth: 0 }).replace(/^---\n/, ''));
  if (kind === 'NetworkPolicy') return `{{- if .Values.networkPolicy }}\n${template}{{- end }}\n`;
  return kind === 'ClusterRoleBinding' ? bindings(template) : template;
}

function markDeployment(document: Document.Parsed): void {
  document.setIn(['spec', 'replicas'], mark('replicas'));
  for (const field of ['imagePullSecrets', 'nodeSelector', 'tolerations', 'affinity']) {
    document.setIn([...POD, field], mark(field));
  }
  const container = document.getIn([...POD, 'containers', 0]) as YAMLMap;
  container.set('image', mark('operator'));
  container.set('resources', mark('resources'));
  (container.get('args') as YAMLSeq).add(mark('namespaces'));
  for (const variable of (container.get('env') as YAMLSeq<YAMLMap>).items) {
    const name = VARIABLES[String(variable.get('name'))];
    if (name !== undefined) variable.set('value', mark(name));
  }
}

/** One for the cluster, or one for each namespace that is named. */
function bindings(template: string): string {
  const inNamespace = template
    .replace('kind: ClusterRoleBinding', 'kind: RoleBinding')
    .replace(/^( *)name: stockout-operator\n/m, '$&$1namespace: {{ . }}\n')
    .replaceAll('.Release', '$.Release');
  return [
    '{{- range .Values.namespaces }}',
    `---\n${inNamespace}{{- else }}`,
    `${template}{{- end }}\n`,
  ].join('\n');
}
