// Puts XGBoost's shared library in place: the root's postinstall, and the command that a missing library names.
// Plain JavaScript on purpose: npm runs it on whatever Node the machine has, before Node 24 is there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const XGBOOST_VERSION = '3.4.1';

/**
 * The wheels hold the same library that Python's xgboost loads: same trees, same model files.
 * xgboost-cpu is the build without CUDA; macOS has no other build than `xgboost`.
 */
const WHEELS = {
  'linux-x64': {
    project: 'xgboost-cpu',
    platform: 'manylinux_2_28_x86_64',
    library: 'libxgboost.so',
    sha256: '1f16331f5c6beb2b40fbd4bf2834333062d93c9eb38b76186a5c206841dc1809',
  },
  'linux-arm64': {
    project: 'xgboost-cpu',
    platform: 'manylinux_2_28_aarch64',
    library: 'libxgboost.so',
    sha256: '47b81860b18056f9425b34fe2905343bc7ee0118122ae09cf2e31c305ed49877',
  },
  'darwin-arm64': {
    project: 'xgboost',
    platform: 'macosx_12_0_arm64',
    library: 'libxgboost.dylib',
    sha256: 'a7afd7dbace0951c93aa85ffe046e54bc40893f5b51cd3e7991eb157bf9c7c7c',
  },
  'darwin-x64': {
    project: 'xgboost',
    platform: 'macosx_10_15_x86_64',
    library: 'libxgboost.dylib',
    sha256: '1ea15f15f661825b6a67d87674fb9604a1abb38dd0d4c5cf0486fc85f5203e83',
  },
  'win32-x64': {
    project: 'xgboost-cpu',
    platform: 'win_amd64',
    library: 'xgboost.dll',
    sha256: 'ceb0f7c786511e1876df6ca83a6f837a3187159bde51d8dcc5cdf5e2de76e366',
  },
};

const THIS_PLATFORM = `${process.platform}-${process.arch}`;

/** Where our copy of the library lies or would lie, or undefined on a platform without a wheel. */
export function cachedLibrary(platform = THIS_PLATFORM) {
  const wheel = WHEELS[platform];
  return wheel && path.join(cacheDirectory(), 'xgboost', 'lib', wheel.library);
}

/** node_modules/.cache beside koffi: the repository's root, or the workspace alone in an image. */
function cacheDirectory() {
  let directory = import.meta.dirname ?? path.dirname(fileURLToPath(import.meta.url));
  const start = directory;
  while (!existsSync(path.join(directory, 'node_modules', 'koffi'))) {
    const parent = path.dirname(directory);
    if (parent === directory) return path.join(start, '..', '.cache', `xgboost-${XGBOOST_VERSION}`);
    directory = parent;
  }
  return path.join(directory, 'node_modules', '.cache', 'stockout', `xgboost-${XGBOOST_VERSION}`);
}

/**
 * Downloads, checks and unpacks the wheel unless the library is there already.
 * @param {string} [platform] what it is for: an image is built for other machines too
 * @returns {boolean} whether there was anything to do
 * @throws Error in words for people
 */
export function installLibrary(platform = THIS_PLATFORM) {
  const wheel = WHEELS[platform];
  if (!wheel) throw new Error(`there is no XGBoost wheel for ${platform}`);
  const library = cachedLibrary(platform);
  if (existsSync(library)) return false;
  const target = cacheDirectory();
  mkdirSync(path.dirname(target), { recursive: true });
  const scratch = mkdtempSync(`${target}.`);
  try {
    const python = findPython();
    const file = downloadWheel(python, wheel, scratch);
    const unpacked = path.join(scratch, 'unpacked');
    run(python, ['-m', 'zipfile', '-e', file, unpacked]);
    moveInPlace(unpacked, target, library);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return true;
}

function downloadWheel(python, wheel, directory) {
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const kind = ['--only-binary=:all:', '--python-version', '3.12', '--platform', wheel.platform];
  run(python, [...pip, ...kind, '--dest', directory, `${wheel.project}==${XGBOOST_VERSION}`]);
  const name = readdirSync(directory).find((entry) => entry.endsWith('.whl'));
  if (!name) throw new Error('pip downloaded no wheel');
  const file = path.join(directory, name);
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (digest !== wheel.sha256) {
    throw new Error(`${name} has the checksum ${digest}, not the pinned ${wheel.sha256}: not used`);
  }
  return file;
}

/** One rename: nobody ever sees half a library. Of two installs at once the second finds the first's. */
function moveInPlace(unpacked, target, library) {
  if (!existsSync(library)) rmSync(target, { recursive: true, force: true });
  try {
    renameSync(unpacked, target);
  } catch (error) {
    if (!existsSync(library)) throw error;
  }
}

function findPython() {
  for (const name of ['python3', 'python', 'py']) {
    try {
      run(name, ['-m', 'pip', '--version']);
      return name;
    } catch {
      // the next name
    }
  }
  throw new Error("Python's pip is needed to download it: install python3-pip");
}

function run(command, args) {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
  } catch (error) {
    const lines = String(error.stderr ?? '')
      .trim()
      .split('\n');
    throw new Error(lines.at(-1) || error.message, { cause: error });
  }
}

function main() {
  try {
    if (installLibrary(process.argv[2])) console.log(`XGBoost ${XGBOOST_VERSION} is in place`);
  } catch (error) {
    // npm ci goes on: everything but training and scoring works, and those say this command again.
    console.error(`XGBoost ${XGBOOST_VERSION} is not in place (${error.message}); try again: ${hint()}`);
    if (process.env.npm_lifecycle_event !== 'postinstall') process.exitCode = 1;
  }
}

/** The one command that puts the library in place. */
export function hint() {
  return `node ${path.relative(process.cwd(), fileURLToPath(import.meta.url)) || 'install.mjs'}`;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main();
