import { randomUUID } from 'node:crypto';
import { openStorage } from '@stockout/storage';
import { describeStorage } from '../../../storage/src/storage-contract.test-support.ts';
import { describeStores } from './both-stores.ts';

describeStores('what every storage does', (store) => {
  describeStorage('a path', async () => openStorage(store().uri(randomUUID())));
  describeStorage('the container itself', async () => openStorage(store().uri('')));
});
