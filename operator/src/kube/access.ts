import process from 'node:process';
import type { Dispatcher } from 'undici';
import { accessFromPod } from './access-from-pod.ts';
import { kubeconfigFiles } from './kubeconfig-files.ts';

/** Where the API server is, and what a request has to carry to be let in. */
export interface Access {
  /** Without a slash at its end. */
  server: string;
  namespace: string;
  /** Asked before each request: tokens are short-lived. */
  admit(): Promise<Admission>;
  /** What was carried was refused: read everything anew. */
  forget(): void;
}

export interface Admission {
  headers: Record<string, string>;
  /** One for many requests: it keeps connections. */
  dispatcher: Dispatcher | undefined;
}

/**
 * As kubectl finds it: the file given, $KUBECONFIG, ~/.kube/config, or the service account of the pod. Kubeconfigs are
 * client-node's to read, with all their ways to log in; in a pod it is not loaded, it takes 70 MB and half a second.
 */
export async function findAccess(kubeconfigPath?: string): Promise<Access> {
  const inPod = process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
  if (kubeconfigPath === undefined && inPod && kubeconfigFiles().length === 0) return accessFromPod();
  const { accessFromKubeconfig } = await import('./access-from-kubeconfig.ts');
  return accessFromKubeconfig(kubeconfigPath);
}
