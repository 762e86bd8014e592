import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { refuseAlien } from '../cloud/service-error.ts';
import type { S3Settings } from './s3-settings.ts';

/** A client with credentials of its own: those of an earlier one are not taken over. */
export function connect({ endpoint, region }: S3Settings): S3Client {
  const config: S3ClientConfig = {
    // Files of profiles are read again too.
    credentials: fromNodeProviderChain({ ignoreCache: true }),
    // It is ObjectStorage that tries again, and says what came of it.
    maxAttempts: 1,
    followRegionRedirects: true,
    ...(region !== undefined && { region }),
    // bucket.127.0.0.1 is no name.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  };
  const client = new S3Client(config);
  client.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const { statusCode, headers } = result.response as {
        statusCode: number;
        headers: Record<string, string>;
      };
      refuseAlien(statusCode, (name) => headers[name]);
      return result;
    },
    // Before the SDK takes an HTML page for XML, or for an object.
    { step: 'deserialize', priority: 'low', name: 'stockoutRefuseAlien' },
  );
  return client;
}
