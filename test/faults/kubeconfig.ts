import type { Access } from '../../localcluster/src/client/kubeconfig.ts';

/** A kubeconfig as text. @param namespace of its context: where the operator keeps its Lease */
export function kubeconfigOf({ server, ca, token }: Access, namespace: string): string {
  const name = 'faults';
  const trust =
    ca === undefined
      ? { 'insecure-skip-tls-verify': true }
      : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, ...trust } }],
    users: [{ name, user: token === undefined ? {} : { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  });
}
