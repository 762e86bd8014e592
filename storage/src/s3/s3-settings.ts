import { type CloudUri, parseCloudUri } from '../cloud/cloud-uri.ts';

export const S3_FORM = 's3://bucket/path';

export interface S3Settings extends CloudUri {
  /** Instead of AWS's own: MinIO, a VPC endpoint. */
  endpoint: string | undefined;
  /** Undefined: the profile's. */
  region: string | undefined;
  /** For messages. */
  identity: string;
}

/**
 * Where an s3:// URI leads, by AWS's own environment names. The SDK itself reads those of the credentials.
 * @throws InputError when the URI is none
 */
export function s3Settings(
  uri: string,
  environment: Readonly<Record<string, string | undefined>>,
): S3Settings {
  const given = (name: string) => environment[name]?.trim() || undefined;
  const endpoint =
    given('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')?.toLowerCase() === 'true'
      ? undefined
      : (given('AWS_ENDPOINT_URL_S3') ?? given('AWS_ENDPOINT_URL'));
  // Servers of one's own mostly have no regions, and the signature needs the name of one.
  const fallback = endpoint === undefined ? undefined : 'us-east-1';
  return {
    ...parseCloudUri(uri, S3_FORM),
    endpoint,
    region: given('AWS_REGION') ?? given('AWS_DEFAULT_REGION') ?? fallback,
    identity: identityOf(given),
  };
}

/** The first that the SDK's own chain takes. */
function identityOf(given: (name: string) => string | undefined): string {
  const profile = given('AWS_PROFILE');
  if (profile !== undefined) return `the profile ${profile}`;
  const key = given('AWS_ACCESS_KEY_ID');
  if (key !== undefined) return `the key ${key} in AWS_ACCESS_KEY_ID`;
  const role = given('AWS_ROLE_ARN');
  if (role !== undefined) return `the web identity of the role ${role}`;
  return "what AWS's default credential chain finds";
}
