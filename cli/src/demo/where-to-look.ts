import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import type { DemoFacts } from './tasks.ts';

/** The last lines of the demo: what a person may open or type next. */
export function whereToLook({ local, story, endpoint }: DemoFacts): string {
  if (local === undefined || story === undefined) return '';
  const report = join(fileURLToPath(story.storageUri), 'models', 'default', 'retail', 'v1', 'report.html');
  return [
    'Where to look:',
    `  endpoint   ${endpoint}  (X-API-Key: ${story.apiKey})`,
    `  docs       ${endpoint}/docs`,
    `  report     ${relative(process.cwd(), report)}`,
    `  kubectl    kubectl --kubeconfig ${relative(process.cwd(), local.kubeconfigPath)} get som,sj`,
  ].join('\n');
}
