import { existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import serveNode from '../../cli/bin/serve-node.json' with { type: 'json' };
import { type Entry, entriesOf, machineOf } from './files.ts';
import { type Image, readJson } from './image.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const USER = 65532;

/** What an image holds besides node_modules, and the most that it may weigh, in MB. */
const PROMISED: Record<string, { workspaces: string[]; megabytes: number; flags?: string[] }> = {
  operator: { workspaces: ['cli', 'contracts', 'crds', 'operator'], megabytes: 200 },
  predictor: {
    workspaces: ['cli', 'console', 'contracts', 'features', 'predictor', 'storage'],
    megabytes: 300,
    // Of Node.
    flags: [
      ...serveNode.flags,
      '--permission',
      '--allow-fs-read=*',
      '--allow-fs-write=/tmp',
      '--allow-addons',
      '--allow-worker',
      '--disable-warning=PERM0001',
      '--disable-warning=PERM0006',
    ],
  },
  pipeline: {
    workspaces: ['cli', 'contracts', 'crds', 'features', 'pipeline', 'storage'],
    megabytes: 450,
  },
};

const images = inject('images');

it('are the three that the operator knows', () => {
  expect(images.map(({ name }) => name).sort()).toEqual(Object.keys(PROMISED).sort());
});

function writable({ stats }: Entry): boolean {
  const owned = stats.uid === USER || stats.gid === USER;
  return !stats.isSymbolicLink() && (owned || (stats.mode & 0o002) !== 0);
}

function hidden({ stats }: Entry): boolean {
  return !stats.isSymbolicLink() && (stats.mode & (stats.isDirectory() ? 0o005 : 0o004)) === 0;
}

describe.each(images)('the image of the $name', (image: Image) => {
  const promised = PROMISED[image.name];
  let entries: Entry[];
  beforeAll(() => {
    entries = entriesOf(image.root);
  });
  const at = (path: string): string => join(image.root, path);
  const pathsOf = (where: (entry: Entry) => boolean): string[] =>
    entries.filter(where).map(({ path }) => path);

  it('runs stockout as a user that has a number and is not root', () => {
    expect(image.config.User).toBe(`${USER}:${USER}`);
    const flags = promised?.flags;
    const entry = flags === undefined ? ['stockout'] : ['node', ...flags, '/usr/local/bin/stockout'];
    expect(image.config.Entrypoint).toEqual(entry);
    expect(image.config.Env).toContain('PATH=/usr/local/bin');
  });

  it('says what it is, of which version and revision', () => {
    const { version } = readJson<{ version: string }>(join(REPOSITORY, 'package.json'));
    expect(image.config.Labels).toMatchObject({
      'org.opencontainers.image.title': `stockout ${image.name}`,
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}(-dirty)?$/) as string,
      'org.opencontainers.image.description': expect.any(String) as string,
      'org.opencontainers.image.base.name': expect.stringContaining('node:24.') as string,
    });
  });

  it('is no larger than promised', () => {
    console.log(`${image.name}: ${(image.bytes / 1e6).toFixed(1)} MB`);
    expect(image.bytes / 1e6).toBeLessThan(promised?.megabytes ?? 0);
  });

  it('has two programs, Node and stockout, and no shell', () => {
    expect(readdirSync(at('usr/local/bin')).sort()).toEqual(['node', 'stockout']);
    for (const folder of ['bin', 'sbin', 'usr/bin', 'usr/sbin', 'usr/local/sbin', 'opt/bin']) {
      expect(existsSync(at(folder)), folder).toBe(false);
    }
    const shells =
      /(^|\/)(ba|da|a|z|k|c|tc|fi)?sh$|(^|\/)(busybox|toybox|env|npm|npx|apt-get|dpkg|python3?)$/;
    expect(pathsOf(({ path, stats }) => shells.test(path) && !stats.isDirectory())).toEqual([]);
  });

  it('has the workspaces that it needs and no other', () => {
    const files = ['LICENSE', 'node_modules', 'sbom.cdx.json'];
    expect(readdirSync(at('app')).sort()).toEqual([...files, ...(promised?.workspaces ?? [])].sort());
    expect(readdirSync(at('app/node_modules/@stockout')).sort()).toEqual(promised?.workspaces);
  });

  it('has no package that is there for development only', () => {
    const { packages } = readJson<{ packages: Record<string, { dev?: boolean }> }>(
      join(REPOSITORY, 'package-lock.json'),
    );
    const development = Object.keys(packages).filter((path) => packages[path]?.dev);
    expect(development.length).toBeGreaterThan(100);
    expect(development.filter((path) => existsSync(at(`app/${path}`)))).toEqual([]);
  });

  it('has no tests of ours, no source maps and no types', () => {
    const tests = /\.(test|test-support|golden)\b/;
    const folders = /^app\/.*\/(testing|fixtures)(\/|$)/;
    const ours = entries.map(({ path }) => path).filter((path) => !path.includes('node_modules'));
    expect(ours.filter((path) => tests.test(path) || folders.test(path))).toEqual([]);
    expect(pathsOf(({ path }) => /\.(map|d\.[mc]?ts)$/.test(path))).toEqual([]);
  });

  it('has native parts for this machine alone', () => {
    const machines = entries
      .filter(({ stats }) => stats.isFile())
      .map(({ path }) => machineOf(at(path)))
      .filter((machine) => machine !== undefined);
    expect(new Set(machines)).toEqual(new Set([process.arch]));
  });

  it('has nothing that its user could write, but /tmp, and nothing setuid', () => {
    expect(pathsOf(writable)).toEqual(['tmp']);
    expect(pathsOf(({ stats }) => stats.isFile() && (stats.mode & 0o6000) !== 0)).toEqual([]);
  });

  it('has nothing that its user could not read', () => {
    expect(pathsOf(hidden)).toEqual([]);
  });

  it('has links that lead somewhere within it', () => {
    const links = entries.filter(({ stats }) => stats.isSymbolicLink());
    const root = realpathSync(image.root);
    const leadsOut = links.filter(({ path }) => {
      const target = readlinkSync(at(path));
      const inside = target.startsWith('/') ? join(root, target) : resolve(dirname(at(path)), target);
      return !inside.startsWith(root) || !existsSync(inside);
    });
    expect(leadsOut.map(({ path }) => path)).toEqual([]);
  });
});
