import type { Place } from '../cloud/object-service.ts';
import type { S3Settings } from './s3-settings.ts';

/** What messages say of a bucket. */
export function placeOf({ uri, endpoint, region, container, identity }: S3Settings): Place {
  const where = endpoint ?? `https://s3.${region === undefined ? '' : `${region}.`}amazonaws.com`;
  const named = endpoint === undefined ? 'AWS_REGION' : 'AWS_ENDPOINT_URL';
  return {
    uri,
    endpoint: where,
    container: `the bucket "${container}"`,
    identity,
    check: {
      endpoint: `Check ${named}, and the network (proxy, firewall, VPC endpoint)`,
      container: `Correct the URI or ${named}, or create it: aws s3 mb s3://${container}`,
      identity:
        'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN where the key is temporary), or AWS_PROFILE, or AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE',
      permission: `Allow s3:GetObject, s3:PutObject, s3:DeleteObject, s3:ListBucket, s3:AbortMultipartUpload and s3:ListBucketMultipartUploads on it to ${identity} (serving needs s3:GetObject only)`,
    },
  };
}
