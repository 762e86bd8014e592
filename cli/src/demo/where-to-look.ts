import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import type { DemoFacts } from './tasks.ts';

/** The last lines of the demo, at 80 columns: what a person may open or type next. */
export function whereToLook({ local, story, endpoint }: DemoFacts): string {
  if (local === undefined || story === undefined) return '';
  const { attribution } = story.scene;
  const folder = relative(process.cwd(), fileURLToPath(story.storageUri));
  return [
    'Where to look:',
    `  endpoint   ${endpoint}`,
    `  X-API-Key  ${story.apiKey}`,
    `  docs       ${endpoint}/docs`,
    `  metrics    ${local.metricsUrl}, of the operator`,
    `  tables     ${folder}/`,
    `  report     ${join('models', 'default', story.scene.model, 'v1', 'report.html')}, in there`,
    `  kubectl    kubectl --kubeconfig ${relative(process.cwd(), local.kubeconfigPath)} get som,sj`,
    ...(attribution === undefined ? [] : [`  data       ${attribution}`]),
  ].join('\n');
}
