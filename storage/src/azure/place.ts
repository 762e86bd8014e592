import type { Place } from '../cloud/object-service.ts';
import type { AzureSettings } from './azure-settings.ts';

/** What messages say of a container on Azure. */
export function placeOf({ uri, endpoint, container, account, credential }: AzureSettings): Place {
  const role = 'Storage Blob Data Contributor';
  return {
    uri,
    endpoint,
    container: `the container "${container}" of the account ${account}`,
    identity: credential.from,
    check: {
      endpoint: `Check the account's name in the URI, the network (proxy, firewall, private endpoint), and whether the endpoint is right`,
      container: `Correct the URI, or create it: az storage container create --account-name ${account} --name ${container}`,
      identity: `Check that ${credential.from} is of the account ${account} and still valid`,
      permission:
        credential.type === 'Identity'
          ? `Give ${credential.from} the role "${role}" on it (scoring and serving from elsewhere need to read only)`
          : `Use credentials that may read, add, create, write, delete and list there, and check the account's firewall`,
    },
  };
}
