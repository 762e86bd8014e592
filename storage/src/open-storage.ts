import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { InputError } from '@stockout/contracts';
import { AZURE_FORM, azureSettings } from './azure/azure-settings.ts';
import type { ObjectService } from './cloud/object-service.ts';
import { ObjectStorage } from './cloud/object-storage.ts';
import { patienceOf } from './cloud/patience.ts';
import { shared } from './cloud/shared.ts';
import { FileStorage } from './file.ts';
import type { Storage } from './port.ts';
import { S3_FORM, s3Settings } from './s3/s3-settings.ts';

const FORMS = `file:///path/to/folder, ${AZURE_FORM} or ${S3_FORM}`;
/** What other tools call the same stores. */
const OTHER_NAMES: Partial<Record<string, string>> = {
  's3a:': 's3',
  's3n:': 's3',
  'abfs:': 'abfss',
  'wasbs:': 'abfss',
};

export interface OpenOptions {
  /** Ends what is asked of a store over the network, and the waiting for it. */
  signal?: AbortSignal | undefined;
  /** Whether reading refuses links that lead out of a folder on this machine; an object store knows none. */
  confined?: boolean | undefined;
}

/**
 * The storage behind a URI such as `file:///var/lib/stockout`, `abfss://...` or `s3://...`. Nothing is asked of it yet,
 * and no SDK is loaded.
 * @throws InputError when the URI is none, its scheme is not supported, or the environment does not fit it
 */
export function openStorage(uri: string, { signal, confined }: OpenOptions = {}): Storage {
  const url = URL.parse(uri);
  if (url === null) throw new InputError(`"${uri}" is not a storage URI: write it as ${FORMS}`);
  switch (url.protocol) {
    case 'file:':
      return new FileStorage(pathOf(url, uri), confined);
    case 'abfss:': {
      const settings = azureSettings(uri, process.env);
      return openCloud(settings, signal, async () => {
        const { AzureService } = await import('./azure/azure-service.ts');
        return AzureService.open(settings);
      });
    }
    case 's3:': {
      const settings = s3Settings(uri, process.env);
      return openCloud(settings, signal, async () => {
        const { S3Service } = await import('./s3/s3-service.ts');
        return new S3Service(settings);
      });
    }
    default:
      throw new InputError(unsupported(uri, url.protocol));
  }
}

function openCloud(
  settings: { uri: string; root: string },
  signal: AbortSignal | undefined,
  connect: () => Promise<ObjectService>,
): Storage {
  const { uri, root } = settings;
  const patience = patienceOf(process.env['STOCKOUT_STORAGE_TIMEOUT_SECONDS']);
  // One client, with its connections and its credentials, for all who open the same.
  return new ObjectStorage({
    uri,
    root,
    patience,
    signal,
    open: () => shared(JSON.stringify([settings, identities()]), connect),
  });
}

/** What the SDKs read by themselves. */
function identities(): [name: string, value: string | undefined][] {
  return Object.entries(process.env).filter(([name]) => /^(?:AWS|AZURE)_/.test(name));
}

function unsupported(uri: string, scheme: string): string {
  const other = OTHER_NAMES[scheme];
  const way = other === undefined ? `storage URIs are written as ${FORMS}` : `write ${other}:// instead`;
  return `storage URI "${uri}": scheme ${scheme}// is not supported, ${way}`;
}

function pathOf(url: URL, uri: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new InputError(`"${uri}" is not a path on this machine: write it as file:///path/to/folder`, {
      cause: error,
    });
  }
}
