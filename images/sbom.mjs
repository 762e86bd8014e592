// sbom.mjs RUNTIME [WHEELS]: writes sbom.cdx.json (CycloneDX): what `npm sbom` tells of node_modules, and what comes
// otherwise: Node, the Debian packages recorded in RUNTIME, the Python wheels unpacked in WHEELS.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const [runtime, wheels] = process.argv.slice(2);
const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
const selected = workspaces.map((folder) => `--workspace=${folder}`);
const bom = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--omit=dev', ...selected], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  }),
);
// Else no two builds would be the same, and no layer would be shared.
delete bom.serialNumber;
delete bom.metadata.timestamp;
bom.components.push(node(), ...debianPackages(), ...pythonWheels());
writeFileSync('sbom.cdx.json', `${JSON.stringify(bom, null, 2)}\n`);

function component(type, name, version, purl) {
  return { 'bom-ref': purl, type, name, version, scope: 'required', purl };
}

function node() {
  const version = process.versions.node;
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`;
  return { ...component('platform', 'node', version, `pkg:generic/node@${version}`), cpe };
}

function debianPackages() {
  const folder = path.join(runtime, 'var/lib/dpkg/status.d');
  const release = readFileSync(path.join(runtime, 'etc/os-release'), 'utf8');
  const distro = `debian-${/^VERSION_ID="?([^"\n]+)/m.exec(release)?.[1]}`;
  return readdirSync(folder).map((file) => {
    const { Package: name, Version: version, Architecture: arch } = headers(path.join(folder, file));
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${arch}&distro=${distro}`;
    return component('library', name, version, purl);
  });
}

function pythonWheels() {
  if (wheels === undefined || !existsSync(wheels)) return [];
  const infos = readdirSync(wheels).filter((name) => name.endsWith('.dist-info'));
  return infos.map((info) => {
    const { Name: name, Version: version } = headers(path.join(wheels, info, 'METADATA'));
    return component('library', name, version, `pkg:pypi/${name}@${version}`);
  });
}

/** `Key: value` lines, as Debian and Python write them. */
function headers(file) {
  const [head] = readFileSync(file, 'utf8').split('\n\n');
  return Object.fromEntries(
    head
      .split('\n')
      .map((line) => /^([A-Za-z-]+): (.*)$/.exec(line)?.slice(1))
      .filter(Boolean),
  );
}
