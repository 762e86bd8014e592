import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
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
import { connect } from './connect.ts';
import { MultipartUpload } from './multipart-upload.ts';
import { placeOf } from './place.ts';
import { askedS3 } from './s3-failure.ts';
import type { S3Settings } from './s3-settings.ts';
import { WRITER } from './writer.ts';

/** S3, and what speaks like it. */
export class S3Service implements ObjectService {
  readonly place: Place;
  readonly #settings: S3Settings;
  #client: S3Client;
  /** AWS honours If-None-Match; another server shows it at its first conditional write. */
  #isConditional: boolean;

  constructor(settings: S3Settings) {
    this.place = placeOf(settings);
    this.#settings = settings;
    this.#client = connect(settings);
    this.#isConditional = settings.endpoint === undefined;
  }

  readonly renewCredentials = (): void => {
    this.#client = connect(this.#settings);
  };

  async get(name: string, { from, length, etag, into }: PieceRequest, ask: Ask): Promise<Piece> {
    return askedS3('Replaced', async () => {
      const whole: GetObjectCommandInput = { ...this.#at(name), ...(etag && { IfMatch: etag }) };
      const range = { ...whole, Range: `bytes=${from}-${from + length - 1}` };
      const options = { abortSignal: ask.signal };
      const answer = await this.#client.send(new GetObjectCommand(range), options).catch((error: unknown) => {
        // An empty object has no range.
        if ((error as Error).name !== 'InvalidRange' || from > 0) throw error;
        return this.#client.send(new GetObjectCommand(whole), options);
      });
      const { ContentLength = 0, ContentRange = '', ETag = '', Body } = answer;
      ask.expect(ContentLength);
      const bytes = await collect(Body as AsyncIterable<unknown> | undefined, ContentLength, into, ask);
      const size = Number(/\/(\d+)$/.exec(ContentRange)?.[1] ?? ContentLength);
      return { bytes, size, etag: ETag };
    });
  }

  async writerOf(name: string, { signal: abortSignal }: Ask): Promise<string | undefined> {
    try {
      return await askedS3('Replaced', async () => {
        const found = await this.#client.send(new HeadObjectCommand(this.#at(name)), { abortSignal });
        return found.Metadata?.[WRITER];
      });
    } catch (error) {
      if (isFailure(error, 'Absent')) return undefined;
      throw error;
    }
  }

  async put(name: string, bytes: Uint8Array, { ifAbsent, writer }: Write, ask: Ask): Promise<void> {
    const input = {
      ...this.#at(name),
      Body: bytes,
      ContentLength: bytes.length,
      Metadata: { [WRITER]: writer },
      ...(ifAbsent && { IfNoneMatch: '*' }),
    };
    const send = () => this.#client.send(new PutObjectCommand(input), { abortSignal: ask.signal });
    await askedS3('Taken', send);
    if (ifAbsent && !this.#isConditional) await this.#requireConditional(name, send, ask);
  }

  /**
   * Of a server that takes a conditional write a second time none is safe: two writers would overwrite each other and
   * both believe to have won. What it took is taken away again.
   */
  async #requireConditional(name: string, send: () => Promise<unknown>, ask: Ask): Promise<void> {
    try {
      await askedS3('Taken', send);
    } catch (error) {
      if (!isFailure(error, 'Taken')) throw error;
      this.#isConditional = true;
      return;
    }
    await this.delete(name, ask);
    throw new ServiceError(
      'Unsafe',
      'it wrote an object a second time that was to be written only if absent',
    );
  }

  async beginUpload(name: string, write: Write, ask: Ask): Promise<MultipartUpload> {
    return MultipartUpload.begin(() => this.#client, this.#at(name), write, ask);
  }

  async list(
    prefix: string,
    { startAfter, page }: { startAfter: string; page?: string },
    { signal: abortSignal }: Ask,
  ): Promise<Page> {
    const input = {
      Bucket: this.#settings.container,
      Prefix: prefix,
      ...(startAfter !== '' && { StartAfter: startAfter }),
      ...(page !== undefined && { ContinuationToken: page }),
    };
    return askedS3('Replaced', async () => {
      const found = await this.#client.send(new ListObjectsV2Command(input), { abortSignal });
      const objects = (found.Contents ?? []).map(({ Key = '', Size = 0, LastModified = new Date(0) }) => ({
        name: Key,
        bytes: Size,
        modifiedAt: LastModified,
      }));
      // Consoles make folders by empty objects of such names.
      const files = objects.filter(({ name }) => !name.endsWith('/'));
      return { objects: files, next: found.IsTruncated ? found.NextContinuationToken : undefined };
    });
  }

  async unfinished(prefix: string, ask: Ask): Promise<Unfinished[]> {
    const uploads: Unfinished[] = [];
    let marker: Pick<ListMultipartUploadsCommandOutput, 'NextKeyMarker' | 'NextUploadIdMarker'> = {};
    for (;;) {
      const input = {
        Bucket: this.#settings.container,
        Prefix: prefix,
        KeyMarker: marker.NextKeyMarker,
        UploadIdMarker: marker.NextUploadIdMarker,
      };
      const found = await askedS3('Replaced', () =>
        this.#client.send(new ListMultipartUploadsCommand(input), { abortSignal: ask.signal }),
      );
      for (const { Key = '', UploadId = '', Initiated = new Date() } of found.Uploads ?? []) {
        const upload = new MultipartUpload(() => this.#client, { ...this.#at(Key), UploadId }, false);
        uploads.push({
          bytes: await this.#bytesOf(Key, UploadId, ask),
          begunAt: Initiated,
          abort: (asked) => upload.abort(asked),
        });
      }
      if (!found.IsTruncated) return uploads;
      marker = found;
    }
  }

  async delete(name: string, { signal: abortSignal }: Ask): Promise<void> {
    try {
      await askedS3('Replaced', () =>
        this.#client.send(new DeleteObjectCommand(this.#at(name)), { abortSignal }),
      );
    } catch (error) {
      if (!isFailure(error, 'Absent')) throw error;
    }
  }

  /** Of the first thousand parts: it is for people to read. */
  async #bytesOf(key: string, UploadId: string, { signal: abortSignal }: Ask): Promise<number> {
    try {
      return await askedS3('Replaced', async () => {
        const input = { ...this.#at(key), UploadId };
        const { Parts = [] } = await this.#client.send(new ListPartsCommand(input), { abortSignal });
        return Parts.reduce((sum, { Size = 0 }) => sum + Size, 0);
      });
    } catch (error) {
      if (isFailure(error, 'UploadGone', 'Absent')) return 0;
      throw error;
    }
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#settings.container, Key: name };
  }
}
