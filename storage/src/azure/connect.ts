import {
  AnonymousCredential,
  BlobServiceClient,
  type ContainerClient,
  newPipeline,
  type RequestPolicyFactory,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { TokenCredential } from '@azure/identity';
import { refuseAlien } from '../cloud/service-error.ts';
import type { AzureCredential, AzureSettings } from './azure-settings.ts';

/** @throws Error when the credential is malformed, or another account's */
export function connect(
  settings: AzureSettings,
  credential: Exclude<AzureCredential, { type: 'Identity' }>,
): ContainerClient {
  const { account, endpoint, container } = settings;
  if (credential.type === 'Key')
    return connectAs(settings, new StorageSharedKeyCredential(account, credential.key));
  if (credential.type === 'Sas')
    return serviceAt(`${endpoint}?${credential.sas}`, new AnonymousCredential()).getContainerClient(
      container,
    );
  const service = BlobServiceClient.fromConnectionString(credential.text);
  if (service.accountName !== account && service.accountName !== '')
    throw new Error(`it is of the account ${service.accountName}, and the storage URI of ${account}`);
  return serviceAt(service.url, service.credential).getContainerClient(container);
}

export function connectAs(
  { endpoint, container }: AzureSettings,
  credential: StorageSharedKeyCredential | TokenCredential,
): ContainerClient {
  return serviceAt(endpoint, credential).getContainerClient(container);
}

function serviceAt(url: string, credential: Parameters<typeof newPipeline>[0]): BlobServiceClient {
  // It is ObjectStorage that tries again, and says what came of it.
  const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } });
  pipeline.factories.push(refusingAliens);
  return new BlobServiceClient(url, pipeline);
}

/** What answers with HTML and 200 is else taken for the store, or ends in a TypeError. */
const refusingAliens: RequestPolicyFactory = {
  create: (next) => ({
    async sendRequest(request) {
      const response = await next.sendRequest(request);
      refuseAlien(response.status, (name) => response.headers.get(name));
      return response;
    },
  }),
};
