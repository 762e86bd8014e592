import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { entriesOf } from './files.ts';
import { type Image, readJson } from './image.ts';

interface Bom {
  bomFormat: string;
  specVersion: string;
  components: { name: string; version: string; purl: string }[];
}

describe.each(inject('images'))("the SBOM in the $name's image", (image: Image) => {
  const bom = readJson<Bom>(join(image.root, 'app/sbom.cdx.json'));
  const purls = bom.components.map(({ purl }) => purl);

  it('is CycloneDX', () => {
    expect(bom.bomFormat).toBe('CycloneDX');
    expect(bom.specVersion).toMatch(/^1\.[5-9]$/);
  });

  it('names every package in node_modules with its version, and none that is not there', () => {
    const said = purls.filter((purl) => purl.startsWith('pkg:npm/') && !purl.includes('%40stockout/'));
    expect([...new Set(said)].sort()).toEqual(packagesOf(image));
  });

  it('names the workspaces of the image', () => {
    const said = purls.filter((purl) => purl.startsWith('pkg:npm/%40stockout/'));
    const here = readdirSync(join(image.root, 'app/node_modules/@stockout'));
    expect(said.map((purl) => /%40stockout\/(.*)@/.exec(purl)?.[1]).sort()).toEqual(here.sort());
  });

  it('names Node, the libraries of Debian and XGBoost where they are', () => {
    expect(purls.filter((purl) => purl.startsWith('pkg:generic/node@24.'))).toHaveLength(1);
    const packages = readdirSync(join(image.root, 'var/lib/dpkg/status.d'));
    const debian = bom.components.filter(({ purl }) => purl.startsWith('pkg:deb/debian/'));
    expect(debian.map(({ name }) => name).sort()).toEqual(packages.sort());
    const xgboost = bom.components.filter(({ purl }) => purl.startsWith('pkg:pypi/xgboost'));
    expect(xgboost).toHaveLength(existsSync(join(image.root, 'opt/xgboost')) ? 1 : 0);
  });
});

/** The package URLs of all that lies in node_modules, packages within packages too. */
function packagesOf(image: Image): string[] {
  const modules = join(image.root, 'app/node_modules');
  const manifests = entriesOf(modules).filter(
    ({ path, stats }) => stats.isFile() && /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path),
  );
  const found = manifests
    .map(({ path }) => ({ folder: dirname(path), ...readJson<Package>(join(modules, path)) }))
    .map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
  return [...new Set(found)].sort();
}

interface Package {
  name: string;
  version: string;
}
