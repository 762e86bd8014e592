import { startLocalTier } from '../../lifecycle/localcluster-tier.ts';
import { describeCloudStorage, type TroubledStore } from '../../lifecycle/cloud-storage.ts';
import { startAzurite } from './azurite.ts';
import { use } from './both-stores.ts';
import { FaultyProxy } from './faulty-proxy.ts';

const FORBIDDEN = {
  status: 403,
  headers: { 'content-type': 'application/xml', 'x-ms-error-code': 'AuthorizationPermissionMismatch' },
  body: '<Error><Code>AuthorizationPermissionMismatch</Code><Message>This request is not authorized</Message></Error>',
};

/** The pods come through the proxy; this machine's own commands do not. */
async function startStore(): Promise<TroubledStore> {
  const azurite = await startAzurite();
  const proxy = await FaultyProxy.start(azurite.origin);
  use(azurite.environment());
  return {
    uri: azurite.uri('prod'),
    credentials: { ...azurite.environment(proxy.origin), STOCKOUT_STORAGE_TIMEOUT_SECONDS: '3' },
    trouble: {
      down: () => proxy.inject({ before: 'cut' }, undefined, Infinity),
      slow: () => proxy.inject({ late: 150 }, undefined, Infinity),
      forbidden: () => proxy.inject(FORBIDDEN, /^(PUT|DELETE)/, Infinity),
    },
    heal: () => proxy.heal(),
    stop: async () => {
      await proxy.stop();
      await azurite.stop();
    },
  };
}

describeCloudStorage('on abfss:// and localcluster', startLocalTier, startStore);
