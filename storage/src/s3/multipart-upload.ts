import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Ask, Upload, Write } from '../cloud/object-service.ts';
import { isFailure, ServiceError } from '../cloud/service-error.ts';
import { askedS3 } from './s3-failure.ts';
import { WRITER } from './writer.ts';

interface UploadAddress {
  Bucket: string;
  Key: string;
  UploadId: string;
}

/**
 * Parts that become an object when all are there. What is neither completed nor aborted is paid for.
 * The client is asked for at each request: its credentials may be renewed in between.
 */
export class MultipartUpload implements Upload {
  readonly #client: () => S3Client;
  readonly #address: UploadAddress;
  readonly #ifAbsent: boolean;
  readonly #etags = new Map<number, string>();

  constructor(client: () => S3Client, address: UploadAddress, ifAbsent: boolean) {
    this.#client = client;
    this.#address = address;
    this.#ifAbsent = ifAbsent;
  }

  static async begin(
    client: () => S3Client,
    at: { Bucket: string; Key: string },
    { writer, ifAbsent }: Write,
    { signal: abortSignal }: Ask,
  ): Promise<MultipartUpload> {
    const input = { ...at, Metadata: { [WRITER]: writer } };
    const { UploadId } = await askedS3('Taken', () =>
      client().send(new CreateMultipartUploadCommand(input), { abortSignal }),
    );
    if (UploadId === undefined) throw new ServiceError('NotTheStore', 'an upload without an id');
    return new MultipartUpload(client, { ...at, UploadId }, ifAbsent);
  }

  async part(index: number, bytes: Uint8Array, { signal: abortSignal }: Ask): Promise<void> {
    const input = { ...this.#address, PartNumber: index + 1, Body: bytes, ContentLength: bytes.length };
    const { ETag = '' } = await askedS3('Taken', () =>
      this.#client().send(new UploadPartCommand(input), { abortSignal }),
    );
    this.#etags.set(index, ETag);
  }

  async complete({ signal: abortSignal }: Ask): Promise<void> {
    const indices = [...this.#etags].sort(([a], [b]) => a - b);
    const input = {
      ...this.#address,
      MultipartUpload: { Parts: indices.map(([index, ETag]) => ({ PartNumber: index + 1, ETag })) },
      ...(this.#ifAbsent && { IfNoneMatch: '*' }),
    };
    await askedS3('Taken', () =>
      this.#client().send(new CompleteMultipartUploadCommand(input), { abortSignal }),
    );
  }

  async abort({ signal: abortSignal }: Ask): Promise<void> {
    try {
      await askedS3('Taken', () =>
        this.#client().send(new AbortMultipartUploadCommand(this.#address), { abortSignal }),
      );
    } catch (error) {
      if (!isFailure(error, 'UploadGone', 'Absent')) throw error;
    }
  }
}
