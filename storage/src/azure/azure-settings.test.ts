import { expect, test } from 'vitest';
import { azureSettings } from './azure-settings.ts';

const URI = 'abfss://data@acct.dfs.core.windows.net/prod/a%20b/';

test('the URI leads to the blob endpoint of its account, whatever the cloud', () => {
  expect(azureSettings(URI, {})).toMatchObject({
    uri: URI.slice(0, -1),
    account: 'acct',
    container: 'data',
    root: 'prod/a b',
    endpoint: 'https://acct.blob.core.windows.net',
  });
  const china = azureSettings('abfss://data@acct.dfs.core.chinacloudapi.cn/x', {});
  expect(china.endpoint).toBe('https://acct.blob.core.chinacloudapi.cn');
  const own = { AZURE_STORAGE_SERVICE_ENDPOINT: 'https://private.example/' };
  expect(azureSettings(URI, own).endpoint).toBe('https://private.example');
});

test.each([
  [{}, 'Identity', 'the identity that this machine or the Azure CLI has'],
  [
    { AZURE_FEDERATED_TOKEN_FILE: '/t', AZURE_CLIENT_ID: 'id' },
    'Identity',
    'the workload identity of the client id',
  ],
  [{ AZURE_STORAGE_SAS_TOKEN: '?sv=1' }, 'Sas', 'the SAS in AZURE_STORAGE_SAS_TOKEN'],
  [
    { AZURE_STORAGE_SAS_TOKEN: 'sv=1&se=2026-01-01T00%3A00%3A00Z' },
    'Sas',
    'the SAS in AZURE_STORAGE_SAS_TOKEN (valid until 2026-01-01T00:00:00Z)',
  ],
  [
    { AZURE_STORAGE_SAS_TOKEN: 'sv=1', AZURE_STORAGE_KEY: 'k' },
    'Key',
    'the account key in AZURE_STORAGE_KEY',
  ],
  [
    { AZURE_STORAGE_ACCOUNT_KEY: 'k', AZURE_STORAGE_KEY: ' ' },
    'Key',
    'the account key in AZURE_STORAGE_ACCOUNT_KEY',
  ],
  [
    { AZURE_STORAGE_CONNECTION_STRING: 'BlobEndpoint=http://127.0.0.1:1/acct', AZURE_STORAGE_KEY: 'k' },
    'ConnectionString',
    'the connection string in AZURE_STORAGE_CONNECTION_STRING',
  ],
])('of %j the credential is %s', (environment, type, from) => {
  expect(azureSettings(URI, environment).credential).toMatchObject({ type, from });
});

test('a connection string brings its endpoint along', () => {
  const text = 'DefaultEndpointsProtocol=http;AccountName=acct;BlobEndpoint=http://127.0.0.1:10000/acct;';
  expect(azureSettings(URI, { AZURE_STORAGE_CONNECTION_STRING: text }).endpoint).toBe(
    'http://127.0.0.1:10000/acct',
  );
});

test('a key of another account than the URI names is refused with both names', () => {
  expect(() => azureSettings(URI, { AZURE_STORAGE_ACCOUNT_NAME: 'other', AZURE_STORAGE_KEY: 'k' })).toThrow(
    'is of the account acct, and AZURE_STORAGE_ACCOUNT_NAME says that the credentials are of other',
  );
});
