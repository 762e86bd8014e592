import { InputError } from '@stockout/contracts';
import { type CloudUri, parseCloudUri } from '../cloud/cloud-uri.ts';

export const AZURE_FORM = 'abfss://container@account.dfs.core.windows.net/path';

type Environment = Readonly<Record<string, string | undefined>>;

export type AzureCredential =
  | { type: 'ConnectionString'; text: string; from: string }
  | { type: 'Key'; key: string; from: string }
  | { type: 'Sas'; sas: string; from: string }
  /** Workload identity, managed identity, a service principal's environment, the Azure CLI's login. */
  | { type: 'Identity'; from: string };

export interface AzureSettings extends CloudUri {
  account: string;
  /** Of the blob service, without a slash at its end. With a connection string it is that one's. */
  endpoint: string;
  credential: AzureCredential;
}

/**
 * Where an abfss:// URI leads and with which credential, by the environment names of Azure's own tools.
 * @throws InputError when URI and environment do not fit together
 */
export function azureSettings(uri: string, environment: Environment): AzureSettings {
  const parsed = parseCloudUri(uri, AZURE_FORM);
  const [, account, suffix] = /^([a-z0-9]{3,24})\.(?:dfs|blob)\.(.+)$/.exec(parsed.host) ?? [];
  if (account === undefined)
    throw new InputError(`"${uri}" does not name a storage account: write it as ${AZURE_FORM}`);
  const credential = credentialOf(environment);
  const [named, by] = first(environment, 'AZURE_STORAGE_ACCOUNT_NAME', 'AZURE_STORAGE_ACCOUNT') ?? [];
  if (named !== undefined && named !== account && credential.type !== 'Identity') {
    throw new InputError(
      `${uri} is of the account ${account}, and ${by} says that the credentials are of ${named}: correct one of them`,
    );
  }
  const [given] = first(environment, 'AZURE_STORAGE_SERVICE_ENDPOINT', 'AZURE_STORAGE_BLOB_ENDPOINT') ?? [];
  const endpoint = endpointOf(credential) ?? given ?? `https://${account}.blob.${suffix}`;
  return { ...parsed, account, endpoint: endpoint.replace(/\/+$/, ''), credential };
}

function credentialOf(environment: Environment): AzureCredential {
  const [text, connection] = first(environment, 'AZURE_STORAGE_CONNECTION_STRING') ?? [];
  if (text !== undefined)
    return { type: 'ConnectionString', text, from: `the connection string in ${connection}` };
  const [key, named] =
    first(environment, 'AZURE_STORAGE_KEY', 'AZURE_STORAGE_ACCOUNT_KEY', 'AZURE_STORAGE_ACCESS_KEY') ?? [];
  if (key !== undefined) return { type: 'Key', key, from: `the account key in ${named}` };
  const [sas, by] = first(environment, 'AZURE_STORAGE_SAS_TOKEN') ?? [];
  if (sas !== undefined)
    return { type: 'Sas', sas: sas.replace(/^\?/, ''), from: `the SAS in ${by}${validUntil(sas)}` };
  return { type: 'Identity', from: identityOf(environment) };
}

/** A SAS says itself when it ends; the store only says that it does not accept it. */
function validUntil(sas: string): string {
  const end = new URLSearchParams(sas).get('se');
  return end === null ? '' : ` (valid until ${end})`;
}

function identityOf(environment: Environment): string {
  const id = environment['AZURE_CLIENT_ID'];
  const client = id === undefined ? '' : ` of the client ${id}`;
  if (environment['AZURE_FEDERATED_TOKEN_FILE'] !== undefined) return `the workload identity${client}`;
  if (environment['AZURE_CLIENT_SECRET'] !== undefined) return `the service principal${client}`;
  return `the identity${client} that this machine or the Azure CLI has`;
}

/** An emulator's, in particular. */
function endpointOf(credential: AzureCredential): string | undefined {
  if (credential.type !== 'ConnectionString') return undefined;
  return /(?:^|;)BlobEndpoint=([^;]+)/i.exec(credential.text)?.[1];
}

/** The first of these variables that has a value, and its name. */
function first(environment: Environment, ...names: string[]): [value: string, name: string] | undefined {
  for (const name of names) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') return [value, name];
  }
  return undefined;
}
