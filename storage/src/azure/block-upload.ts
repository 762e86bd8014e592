import type { BlockBlobClient, BlockBlobCommitBlockListOptions } from '@azure/storage-blob';
import type { Ask, Upload } from '../cloud/object-service.ts';
import { azureFailure } from './azure-failure.ts';

/** Blocks of a blob, which becomes one when their list is committed. */
export class BlockUpload implements Upload {
  readonly #blob: () => BlockBlobClient;
  readonly #options: BlockBlobCommitBlockListOptions;
  readonly #writer: string;
  readonly #ids = new Map<number, string>();

  /** @param writer blocks belong to the blob, not to an upload: its own are known by this */
  constructor(blob: () => BlockBlobClient, writer: string, options: BlockBlobCommitBlockListOptions) {
    this.#blob = blob;
    this.#writer = writer;
    this.#options = options;
  }

  async part(index: number, bytes: Uint8Array, { signal }: Ask): Promise<void> {
    // All of a blob's block ids have to be equally long.
    const id = Buffer.from(`${this.#writer}-${String(index).padStart(6, '0')}`).toString('base64');
    try {
      await this.#blob().stageBlock(id, bytes, bytes.length, { abortSignal: signal });
    } catch (error) {
      throw azureFailure(error, 'Taken');
    }
    this.#ids.set(index, id);
  }

  async complete({ signal }: Ask): Promise<void> {
    const ids = [...this.#ids].sort(([a], [b]) => a - b).map(([, id]) => id);
    try {
      await this.#blob().commitBlockList(ids, { ...this.#options, abortSignal: signal });
    } catch (error) {
      throw azureFailure(error, 'Taken');
    }
  }

  /** Azure drops blocks that are not committed within a week; there is no request that does. */
  async abort(): Promise<void> {}
}
