import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

/**
 * The administrator's kubectl, at the repository's root, on the API server that run.sh started.
 * @param input its standard input
 * @returns what it prints
 * @throws Error with what it says when it fails
 */
export function kubectl(args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const file = join(process.env.STOCKOUT_API_BIN ?? '', 'kubectl');
    const child = execFile(file, args, { cwd: ROOT, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`));
    });
    child.stdin?.end(input);
  });
}

/**
 * Waits for these definitions to be served. First for any condition: kubectl takes it for an error when it looks for one
 * that it is told the name of before there is any.
 * @param which arguments that name them
 */
export async function waitForKinds(which: readonly string[]): Promise<void> {
  await kubectl(['wait', '--for=jsonpath={.status.conditions[0].type}', '--timeout=30s', ...which]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...which]);
}

/** The objects of a kustomization. @param folder relative to the repository's root, or absolute */
export async function kustomize(folder: string): Promise<Manifest[]> {
  const text = await kubectl(['kustomize', folder]);
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** @param flags further ones of `kubectl apply` */
export function apply(objects: readonly object[], flags: readonly string[] = []): Promise<string> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  return kubectl(['apply', '--server-side', ...flags, '-f', '-'], list);
}
