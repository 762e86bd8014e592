import process from 'node:process';
import { DefaultAzureCredential, type TokenCredential, WorkloadIdentityCredential } from '@azure/identity';

/**
 * Whatever identity this place has: of a pod's workload, of the machine, of a service principal in the environment, of
 * the Azure CLI's login.
 */
export function openIdentity(): TokenCredential {
  // An authority of one's own (a disconnected cloud) is unknown to the public one, which would be asked about it.
  const authority = process.env['AZURE_AUTHORITY_HOST'];
  const isPublic = authority === undefined || /^https:\/\/login\.[a-z.]+\/?$/.test(authority);
  const options = { disableInstanceDiscovery: !isPublic };
  // By itself: of a chain that fails each member gives its reason, and this one's is not the first.
  return process.env['AZURE_FEDERATED_TOKEN_FILE'] === undefined
    ? new DefaultAzureCredential(options)
    : new WorkloadIdentityCredential(options);
}
