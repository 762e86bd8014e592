import { InputError } from '@stockout/contracts';

/** The parts of abfss://container@host/path and s3://bucket/path. */
export interface CloudUri {
  /** As it was given, without slashes at its end. */
  uri: string;
  container: string;
  /** Of abfss:// only, else ''. */
  host: string;
  /** The path, decoded, without slashes around it. */
  root: string;
}

/** @throws InputError when it is not of the form */
export function parseCloudUri(uri: string, form: string): CloudUri {
  const malformed = (why: string) => new InputError(`"${uri}" ${why}: write it as ${form}`);
  const url = URL.parse(uri);
  if (url === null) throw malformed('is not a storage URI');
  if (url.search !== '' || url.hash !== '')
    throw malformed('has a query or a fragment, and credentials do not belong in it');
  if (url.password !== '' || url.port !== '')
    throw malformed('has a password or a port (an endpoint of your own is named in the environment)');
  const azure = url.protocol === 'abfss:';
  const container = decodeURIComponent(azure ? url.username : url.host);
  if (container === '' || (azure ? url.host === '' : url.username !== ''))
    throw malformed(azure ? 'names no container or no account' : 'names no bucket');
  return {
    uri: uri.replace(/\/+$/, ''),
    container,
    host: azure ? url.host : '',
    root: rootOf(url.pathname, malformed),
  };
}

function rootOf(pathname: string, malformed: (why: string) => InputError): string {
  try {
    const root = decodeURIComponent(pathname.replace(/^\/+|\/+$/g, ''));
    if (!root.includes('//')) return root;
  } catch {
    // A percent sign that is none of an escape.
  }
  throw malformed('has a path that cannot be read');
}
