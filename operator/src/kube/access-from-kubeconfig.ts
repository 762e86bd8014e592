import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import type { Access, Admission } from './access.ts';
import { KubeError } from './kube-error.ts';
import { readKubeconfig } from './kubeconfig.ts';

/** @throws what `readKubeconfig` does */
export function accessFromKubeconfig(file: string | undefined): Access {
  return accessOf(readKubeconfig({ file }));
}

/** @throws KubeError when the current context has no cluster */
export function accessOf(config: KubeConfig): Access {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new KubeError(0, 'NoCluster', 'the kubeconfig names no current context with a cluster');
  let dispatcher: Admission['dispatcher'];
  return {
    server: cluster.server.replace(/\/$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    admit: async () => {
      const context = new RequestContext(cluster.server, HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      // The library makes a new dispatcher, and so a new TLS connection, for each request: keep the first.
      dispatcher ??= context.getDispatcher() as Admission['dispatcher'];
      return { headers: context.getHeaders(), dispatcher };
    },
    // A client certificate may have been renewed.
    forget: () => (dispatcher = undefined),
  };
}
