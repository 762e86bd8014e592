import { pathToFileURL } from 'node:url';

/** A path that a container believes in, and where it is on this machine. */
export interface Mount {
  mountPath: string;
  realPath: string;
}

/**
 * A process has no mount namespace: where its pod's spec says a mount path, the real folder is put, also inside
 * `file://` URIs. Longer paths win; what was put in is not looked at again.
 * `/data` is found in `/data`, `/data/x`, `--dir=/data` and `file:///data`, not in `/database` or `/my/data`.
 */
export function rewriter(mounts: Mount[]): (text: string) => string {
  const real = new Map(mounts.map(({ mountPath, realPath }) => [trim(mountPath), realPath]));
  const moved = [...real].filter(([mountPath, realPath]) => mountPath !== '' && mountPath !== realPath);
  if (moved.length === 0) return (text) => text;
  const paths = [...real.keys()].filter((path) => path !== '').toSorted((a, b) => b.length - a.length);
  const pattern = `(?<=(?<uri>file://)|^|[^A-Za-z0-9._/-])(?<path>${paths.map(escape).join('|')})(?![A-Za-z0-9._-])`;
  const expression = new RegExp(pattern, 'gm');
  return (text) =>
    text.replace(expression, (...match) => {
      const { uri, path = '' } = match.at(-1) as { uri?: string; path?: string };
      const realPath = real.get(path) ?? path;
      return uri === undefined ? realPath : pathToFileURL(realPath).pathname;
    });
}

function trim(path: string): string {
  return path.replace(/\/+$/, '');
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
