import type { ContainerClient } from '@azure/storage-blob';
import { InputError } from '@stockout/contracts';
import type {
  Ask,
  ObjectService,
  Page,
  Piece,
  PieceRequest,
  Place,
  Unfinished,
  Write,
} from '../cloud/object-service.ts';
import { collect } from '../cloud/collect.ts';
import { isFailure, ServiceError } from '../cloud/service-error.ts';
import { azureFailure } from './azure-failure.ts';
import type { AzureSettings } from './azure-settings.ts';
import { BlockUpload } from './block-upload.ts';
import { connect, connectAs } from './connect.ts';
import { placeOf } from './place.ts';

/** What is kept with a blob: names of metadata are C# identifiers. */
const WRITER = 'stockout_writer';
/** Of the directories that an account with a hierarchical namespace has among its blobs. */
const DIRECTORY = 'hdi_isfolder';

/** Azure Blob Storage, of which abfss:// is another name. */
export class AzureService implements ObjectService {
  readonly place: Place;
  readonly renewCredentials: (() => void) | undefined;
  #container: ContainerClient;

  private constructor(place: Place, container: ContainerClient, renew: (() => ContainerClient) | undefined) {
    this.place = place;
    this.#container = container;
    this.renewCredentials = renew && (() => void (this.#container = renew()));
  }

  /** @throws InputError when a credential is malformed */
  static async open(settings: AzureSettings): Promise<AzureService> {
    const { credential } = settings;
    const place = placeOf(settings);
    try {
      if (credential.type !== 'Identity')
        return new AzureService(place, connect(settings, credential), undefined);
      const { openIdentity } = await import('./azure-identity.ts');
      const renew = () => connectAs(settings, openIdentity());
      return new AzureService(place, renew(), renew);
    } catch (cause) {
      throw new InputError(`${credential.from} cannot be used: ${(cause as Error).message}`, { cause });
    }
  }

  async get(name: string, { from, length, etag, into }: PieceRequest, ask: Ask): Promise<Piece> {
    return asked('Replaced', async () => {
      const blob = this.#container.getBlobClient(name);
      const conditions = etag === undefined ? {} : { ifMatch: etag };
      const options = { abortSignal: ask.signal, conditions, maxRetryRequests: 0 };
      const answer = await blob.download(from, length, options).catch(async (error: unknown) => {
        // An empty blob has no range.
        if ((error as { statusCode?: number }).statusCode !== 416 || from > 0) throw error;
        return blob.download(0, undefined, options);
      });
      if (answer.metadata?.[DIRECTORY] === 'true')
        throw new ServiceError('Absent', `${name} is a directory`, { status: 404 });
      ask.expect(answer.contentLength ?? 0);
      const size = Number(/\/(\d+)$/.exec(answer.contentRange ?? '')?.[1] ?? answer.contentLength);
      const bytes = await collect(answer.readableStreamBody, Math.min(length, size - from), into, ask);
      return { bytes, size, etag: answer.etag ?? '' };
    });
  }

  async writerOf(name: string, ask: Ask): Promise<string | undefined> {
    try {
      return await asked('Replaced', async () => {
        const found = await this.#container.getBlobClient(name).getProperties({ abortSignal: ask.signal });
        return found.metadata?.[WRITER];
      });
    } catch (error) {
      if (isFailure(error, 'Absent')) return undefined;
      throw error;
    }
  }

  async put(name: string, bytes: Uint8Array, write: Write, ask: Ask): Promise<void> {
    await asked('Taken', () =>
      this.#container
        .getBlockBlobClient(name)
        .upload(bytes, bytes.length, { ...optionsOf(write), abortSignal: ask.signal }),
    );
  }

  async beginUpload(name: string, write: Write): Promise<BlockUpload> {
    return new BlockUpload(() => this.#container.getBlockBlobClient(name), write.writer, optionsOf(write));
  }

  async list(
    prefix: string,
    { startAfter, page }: { startAfter: string; page?: string },
    ask: Ask,
  ): Promise<Page> {
    return asked('Replaced', async () => {
      const settings = page === undefined ? {} : { continuationToken: page };
      // A whole name, and itself included; what is known of one outside of the prefix is little.
      const start = startAfter.startsWith(prefix) && startAfter !== '' ? { startFrom: startAfter } : {};
      const options = { prefix, ...start, includeMetadata: true, abortSignal: ask.signal };
      const { value, done } = await this.#container.listBlobsFlat(options).byPage(settings).next();
      if (done) return { objects: [] };
      const blobs = value.segment.blobItems.filter(({ metadata }) => metadata?.[DIRECTORY] !== 'true');
      const objects = blobs.map(({ name, properties: { contentLength = 0, lastModified } }) => ({
        name,
        bytes: contentLength,
        modifiedAt: lastModified,
      }));
      return { objects, next: value.continuationToken || undefined };
    });
  }

  /** Blocks that were never committed cannot be removed: Azure does it, a week after the last of them. */
  async unfinished(): Promise<Unfinished[]> {
    return [];
  }

  async delete(name: string, ask: Ask): Promise<void> {
    await asked('Replaced', () =>
      this.#container.getBlobClient(name).deleteIfExists({ abortSignal: ask.signal }),
    );
  }
}

function optionsOf({ ifAbsent, writer }: Write) {
  return { metadata: { [WRITER]: writer }, conditions: ifAbsent ? { ifNoneMatch: '*' } : {} };
}

async function asked<T>(conditional: 'Taken' | 'Replaced', send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw azureFailure(error, conditional);
  }
}
