// install.mjs: the production packages of the workspaces whose package.json lies here, for linux on $TARGETARCH.
// What a Dockerfile does not copy is not installed: the CLI depends on every room, an image has but one.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const CPU = { amd64: 'x64', arm64: 'arm64' };

const cpu = CPU[process.env.TARGETARCH];
if (cpu === undefined) throw new Error(`TARGETARCH is ${process.env.TARGETARCH}: one of ${Object.keys(CPU)}`);

const root = readJson('package.json');
const workspaces = root.workspaces.filter((folder) => existsSync(path.join(folder, 'package.json')));
keepOnly(workspaces);
execFileSync(
  'npm',
  ['ci', '--omit=dev', '--ignore-scripts', '--os=linux', '--libc=glibc', `--cpu=${cpu}`, ...selected()],
  { stdio: 'inherit', env: { ...process.env, npm_config_update_notifier: 'false', ...certificates() } },
);
prune();

/** Neither the root nor the CLI may name what is not to be here: npm would look for it, and miss it in the SBOM. */
function keepOnly(folders) {
  writeJson('package.json', { ...root, workspaces: folders, devDependencies: {} });
  const cli = readJson('cli/package.json');
  const absent = Object.keys(cli.dependencies).filter(
    (name) => name.startsWith('@stockout/') && !folders.includes(name.slice('@stockout/'.length)),
  );
  // Of `stockout local` and `stockout demo`, which are in no image.
  for (const name of [...absent, '@kubernetes/client-node']) delete cli.dependencies[name];
  writeJson('cli/package.json', cli);
}

function selected() {
  return workspaces.map((folder) => `--workspace=${folder}`);
}

/** A private certificate authority, where the build is given one: docker build --secret id=ca,src=... */
function certificates() {
  return existsSync('/run/ca.crt') ? { NODE_EXTRA_CA_CERTS: '/run/ca.crt' } : {};
}

/** What nothing reads at run time: source maps, types, what is for browsers, other machines and other C libraries. */
function prune() {
  const files = ['*.map', '*.d.ts', '*.d.mts', '*.d.cts'].flatMap((name) => ['-o', '-name', name]).slice(1);
  execFileSync('find', ['node_modules', '-type', 'f', '(', ...files, ')', '-delete']);
  const other = cpu === 'x64' ? 'arm64' : 'x64';
  const folders = [
    ...['darwin', 'win32', `linux/${other}`].map((name) => `onnxruntime-node/bin/napi-v6/${name}`),
    `@koromix/koffi-linux-${cpu}/musl_${cpu}`,
    // Of Bare, another runtime than Node: addons for ten platforms.
    ...globSync('bare-*/prebuilds', { cwd: 'node_modules' }),
    ...globSync('{@azure,@typespec}/*/dist/{browser,react-native}', { cwd: 'node_modules' }),
    // What requires instead of importing is prom-client alone, and only the API.
    ...globSync('@opentelemetry/!(api)/dist/**/*.cjs', { cwd: 'node_modules' }),
    ...globSync('{pino,sonic-boom,thread-stream}/{benchmarks,docs,examples,test}', { cwd: 'node_modules' }),
    // For bundlers: Node takes dist-cjs.
    ...globSync('{@aws-sdk,@smithy}/*/dist-es', { cwd: 'node_modules' }),
    // Of @azure/identity, which loads it in browsers alone.
    ...globSync('@azure/msal-browser/{dist,lib,src}', { cwd: 'node_modules' }),
    // The bundle is served; these are for programs that are bundled themselves.
    ...globSync('swagger-ui-dist/swagger-ui{,-es-bundle,-es-bundle-core}.js', { cwd: 'node_modules' }),
    'zod/src',
  ];
  for (const folder of folders) rmSync(path.join('node_modules', folder), { recursive: true, force: true });
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
