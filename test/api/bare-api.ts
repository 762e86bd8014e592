import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startApiServer } from '../../localcluster/src/api/server.ts';
import { selfSigned } from '../../localcluster/src/api/tls.ts';
import { writeKubeconfig } from '../../localcluster/src/client/kubeconfig.ts';
import { Kinds } from '../../localcluster/src/registry/kinds.ts';
import { Registry } from '../../localcluster/src/registry/registry.ts';
import { Store } from '../../localcluster/src/store/store.ts';

const nothing = (): Promise<void> => Promise.resolve();

/** localcluster's API without its controllers: what is said to stand there nobody changes. @param dir for its kubeconfig */
export async function startBareApi(dir: string): Promise<{ kubeconfigPath: string; stop(): Promise<void> }> {
  const store = new Store();
  const registry = new Registry(store, new Kinds(store, {}));
  const certificate = selfSigned();
  const token = randomBytes(32).toString('base64url');
  const context = { registry, prepareService: nothing, serveLog: nothing };
  const { url, stop } = await startApiServer(context, { port: 0, token, certificate, log: () => {} });
  const kubeconfigPath = join(dir, 'kubeconfig');
  await writeKubeconfig(kubeconfigPath, { server: url, ca: certificate.cert, token });
  return { kubeconfigPath, stop };
}
