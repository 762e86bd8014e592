import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { parse, stringify } from 'yaml';
import { until } from '../conformance/until.ts';
import { apply, kubectl, kustomize, type Manifest } from './kubectl.ts';

const NAME = 'stockout-operator';
/** All of config/base that says what the operator may do; its Deployment is not: the operator of a test is this process. */
const RIGHTS = new Set([
  'Namespace',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
]);

interface Kubeconfig {
  users: { name: string; user: object }[];
  contexts: { context: { namespace?: string } }[];
}

/**
 * Applies the ServiceAccount of a kustomization with its rights, and writes a kubeconfig with what the operator's pods
 * have: a token of that account, and its namespace.
 * @param objects default: those of config/base
 */
export async function writeOperatorKubeconfig(file: string, objects?: readonly Manifest[]): Promise<void> {
  const rights = (objects ?? (await kustomize('config/base'))).filter(({ kind }) => RIGHTS.has(kind));
  await apply(rights);
  const account = rights.find(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === NAME);
  const namespace = account?.metadata.namespace ?? '';
  const token = await kubectl(['create', 'token', NAME, '--namespace', namespace, '--duration', '2h']);
  const config = parse(await readFile(process.env.KUBECONFIG ?? '', 'utf8')) as Kubeconfig;
  for (const each of config.users) each.user = { token: token.trim() };
  for (const { context } of config.contexts) context.namespace = namespace;
  await writeFile(file, stringify(config));
  // What is granted takes effect a moment later.
  const may = (verb: string, resource: string) => mayOperator(namespace, verb, resource, namespace);
  await until('the operator may take its Lease', () => may('create', 'leases'), 30);
  await until('the operator may see its pods', () => may('list', 'pods'), 30);
}

/**
 * What the operator of one namespace may do in another. Asked by the administrator in its name, which leaves no trace
 * among its own requests.
 */
export function mayOperator(of: string, verb: string, resource: string, namespace: string): Promise<boolean> {
  const account = `system:serviceaccount:${of}:${NAME}`;
  return kubectl(['auth', 'can-i', verb, resource, '--namespace', namespace, '--as', account]).then(
    (answer) => answer.trim() === 'yes',
    // "no" ends with 1.
    () => false,
  );
}
