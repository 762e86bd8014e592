import { expect, test } from 'vitest';
import { s3Settings } from './s3-settings.ts';

test.each([
  [{}, { endpoint: undefined, region: undefined, identity: "what AWS's default credential chain finds" }],
  [
    { AWS_REGION: 'eu-south-2', AWS_ACCESS_KEY_ID: 'AKIA1' },
    { region: 'eu-south-2', identity: 'the key AKIA1 in AWS_ACCESS_KEY_ID' },
  ],
  [{ AWS_PROFILE: 'work', AWS_ACCESS_KEY_ID: 'AKIA1' }, { identity: 'the profile work' }],
  [
    { AWS_ROLE_ARN: 'arn:aws:iam::1:role/x' },
    { identity: 'the web identity of the role arn:aws:iam::1:role/x' },
  ],
  [{ AWS_ENDPOINT_URL: 'http://minio:9000' }, { endpoint: 'http://minio:9000', region: 'us-east-1' }],
  [{ AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_S3: 'http://s3' }, { endpoint: 'http://s3' }],
  [{ AWS_ENDPOINT_URL: 'http://all', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, { endpoint: undefined }],
])('of %j come %j', (environment, expected) => {
  expect(s3Settings('s3://bucket/a/b/', environment)).toMatchObject({
    uri: 's3://bucket/a/b',
    container: 'bucket',
    root: 'a/b',
    ...expected,
  });
});
