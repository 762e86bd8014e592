import { afterAll, beforeAll, describe, vi } from 'vitest';
import { startAzurite } from './azurite.ts';
import type { Store } from './store.ts';
import { startVersitygw } from './versitygw.ts';

/** The same tests on Azure's emulator and on an S3 server, each of which is `store()` while its tests run. */
export function describeStores(
  what: string,
  tests: (store: () => Store, scheme: 'abfss' | 's3') => void,
): void {
  const stores = { abfss: startAzurite, s3: startVersitygw } as const;
  for (const [scheme, start] of Object.entries(stores) as ['abfss' | 's3', () => Promise<Store>][]) {
    describe(`${what} on ${scheme}://`, () => {
      let store: Store;
      beforeAll(async () => {
        store = await start();
        use(store.environment());
      });
      afterAll(async () => {
        vi.unstubAllEnvs();
        await store?.stop();
      });
      tests(() => store, scheme);
    });
  }
}

/** Sets environment variables until the store's tests are done; undefined takes one away. */
export function use(environment: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}
