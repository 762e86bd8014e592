import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findHelm } from './helm.ts';
import { kubectl } from './kubectl.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIGESTS = { OPERATOR_DIGEST: digest('1'), PIPELINE_DIGEST: digest('2'), PREDICTOR_DIGEST: digest('3') };
const MANIFEST = 'retail/stockoutmodel.yaml';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-release-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what a release is made of', () => {
  it('the notes are what the changelog says of that version', async () => {
    const changelog = join(folder, 'CHANGELOG.md');
    await writeFile(
      changelog,
      '# Changelog\n\n## Unreleased\n\n- c\n\n## [0.2.0] - 2026-12-01\n\n- b\n\n## 0.1.0\n\n- a\n',
    );
    const notes = (version: string) => run(['scripts/release/notes.sh', version, changelog]);
    expect(await notes('0.2.0')).toMatchObject({ code: 0, output: '- b\n' });
    expect(await notes('0.1.0')).toMatchObject({ code: 0, output: '- a\n' });
    const { code, output } = await notes('0.3.0');
    expect(code).toBe(1);
    expect(output).toContain("give it a heading '## 0.3.0'");
  });

  it('a tag that package.json does not have is refused', async () => {
    const { code, output } = await run(['scripts/release/check-tag.sh', 'v99.0.0']);
    expect(code).toBe(1);
    expect(output).toMatch(/the tag is v99\.0\.0 and package\.json says \d/);
  });

  it('a digest that is none is refused; three become outputs', async () => {
    const images = join(folder, 'images');
    await mkdir(images);
    for (const part of ['operator', 'pipeline', 'predictor']) {
      await writeFile(join(images, `${part}.digest`), `${digest(part)}\n`);
    }
    const lines = ['operator', 'pipeline', 'predictor'].map((part) => `${part}=${digest(part)}\n`);
    expect(await run(['scripts/release/digests.sh', images])).toMatchObject({ output: lines.join('') });
    await writeFile(join(images, 'pipeline.digest'), 'sha256:12\n');
    expect(await run(['scripts/release/digests.sh', images])).toMatchObject({ code: 1 });
  });

  it('its assets install the images by their digests, and their sums are right', async () => {
    const out = join(folder, 'assets');
    await mkdir(out);
    await writeFile(join(out, 'stockout-operator.cdx.json'), '{}');
    const helm = await findHelm();
    const command = ['scripts/release/assets.sh', 'registry.example/team', '9.9.9', out];
    expect(await run(command, { ...DIGESTS, HELM: helm })).toMatchObject({ code: 0 });
    expect((await readdir(out)).sort()).toEqual([
      'SHA256SUMS',
      'crds.yaml',
      'install.yaml',
      'stockout-9.9.9.tgz',
      'stockout-operator.cdx.json',
    ]);
    await kubectl(['apply', '--server-side', '-f', join(out, 'crds.yaml')]);
    const chart = await promisedOutput(helm, [
      'template',
      'stockout',
      join(out, 'stockout-9.9.9.tgz'),
      '--kube-version=1.35.0',
    ]);
    const install = await readFile(join(out, 'install.yaml'), 'utf8');
    for (const text of [install, chart]) {
      const found = [...text.matchAll(/registry\.example\/team\/stockout-[a-z]+@(sha256:\w+)/g)];
      expect(found.map(([, each]) => each).sort()).toEqual(Object.values(DIGESTS).sort());
    }
    await promisedOutput('sha256sum', ['--check', '--strict', 'SHA256SUMS'], out);
    expect((await readFile(join(out, 'SHA256SUMS'), 'utf8')).trim().split('\n')).toHaveLength(4);
  }, 900_000);
});

it('a version is set everywhere: the lockfile stays one that npm ci takes, and its tag is taken', async () => {
  const clone = join(folder, 'clone');
  await promisedOutput('git', ['clone', '--quiet', ROOT, clone]);
  const before = JSON.parse(await readFile(join(clone, 'package.json'), 'utf8')) as { version: string };
  const inClone = (...command: string[]) => run(command, {}, clone);
  const old = before.version.replaceAll('.', String.raw`\.`);
  const ours = String.raw`stockout[a-z"/: ,-]*(newTag: )?"?${old}|^(  "version|version|appVersion)"?: "?${old}`;
  const files = ['package.json', '*/package.json', 'config/base', 'config/overlays/aks', 'charts'];
  const mentions = () => search('git', ['grep', '-cE', ours, '--', ...files], clone);
  expect(await mentions()).toMatch(/^charts\/stockout\/Chart\.yaml:2\n[^]*cli\/package\.json:7\n/);
  await writeFile(join(clone, 'CHANGELOG.md'), '# Changelog\n\n## 9.9.9\n\n- all\n');
  expect(await inClone('scripts/release/set-version.sh', '9.9.9')).toMatchObject({ code: 0 });
  expect(await inClone('scripts/release/check-tag.sh', 'v9.9.9')).toEqual({ code: 0, output: '9.9.9\n' });
  await promisedOutput('npm', ['ci', '--dry-run', '--ignore-scripts', '--offline'], clone);
  expect(await mentions()).toBe('');
  expect(await inClone('scripts/release/set-version.sh', '9.9')).toMatchObject({ code: 1 });
});

describe('promote-model.yml, on a repository of models', () => {
  let repository: string;
  let asked: string;

  beforeAll(async () => {
    repository = join(folder, 'models');
    asked = join(folder, 'asked');
    const bin = join(folder, 'bin');
    await mkdir(bin);
    // GitHub is not to be had here: what it is asked for is written down.
    await writeFile(join(bin, 'gh'), `#!/bin/sh\nprintf '%s\\n' "$@" >>'${asked}'\n`);
    await chmod(join(bin, 'gh'), 0o755);
    await cp(join(ROOT, 'config/gitops/models'), repository, { recursive: true });
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('add', '.');
    await git('-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-m', 'models');
    await git('clone', '--quiet', '--bare', '.', join(folder, 'origin.git'));
    await git('remote', 'add', 'origin', join(folder, 'origin.git'));
  });

  it('opens a pull request whose branch changes one line', async () => {
    expect(await promote('v4')).toMatchObject({ code: 0 });
    const changed = await promisedOutput(
      'git',
      ['diff', '--unified=0', 'main', 'origin/promote/retail-v4'],
      repository,
    );
    expect(changed.split('\n').filter((line) => /^[-+] /.test(line))).toEqual([
      '-    version: v1 # what serves: a pull request changes this line',
      '+    version: v4 # what serves: a pull request changes this line',
    ]);
    expect(await readFile(asked, 'utf8')).toMatch(
      /^pr\ncreate\n--base\nmain\n--head\npromote\/retail-v4\n--title\nPromote retail to v4\n--body\n.*v1 → v4/,
    );
  });

  it('asked for again, it is the same branch', async () => {
    expect(await promote('v4')).toMatchObject({ code: 0 });
  });

  it.each([
    ['a version that is none', MANIFEST, 'latest', /"latest" is no version/],
    ['a version that is pinned', MANIFEST, 'v1', /v1 is pinned already/],
    ['a file outside of the repository', '../other.yaml', 'v4', /name a file of this repository/],
  ])('refuses %s', async (_, manifest, version, reason) => {
    const { code, output } = await promote(version, manifest);
    expect(code).not.toBe(0);
    expect(output).toMatch(reason);
  });

  async function promote(version: string, manifest = MANIFEST): Promise<Ended> {
    await git('switch', '--quiet', '--force-create', 'main', 'main');
    await git('branch', '--quiet', '--force', `promote/retail-${version}`, 'main');
    await git('branch', '--quiet', '--delete', '--force', `promote/retail-${version}`);
    const env = { PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) };
    return run([join(ROOT, 'scripts/promote/pull-request.sh'), manifest, version], env, repository);
  }

  async function git(...args: string[]): Promise<void> {
    await promisedOutput('git', args, repository);
  }
});

it('each workflow runs scripts that are there', async () => {
  for (const file of await readdir('.github/workflows')) {
    const text = await readFile(join('.github/workflows', file), 'utf8');
    const { jobs } = parse(text) as { jobs: Record<string, { steps?: { run?: string }[] }> };
    const runs = Object.values(jobs).flatMap(({ steps = [] }) =>
      steps.map(({ run: command = '' }) => command),
    );
    for (const [script] of runs.join('\n').matchAll(/scripts\/[a-z/-]+\.sh/g)) {
      expect(await readFile(script, 'utf8'), script).toMatch(/^#!\/usr\/bin\/env bash\n/);
    }
  }
});

interface Ended {
  code: number;
  output: string;
}

/** @param command a script and its arguments */
function run(command: string[], more: Record<string, string> = {}, cwd = ROOT): Promise<Ended> {
  const { PATH, STOCKOUT_API_BIN } = process.env;
  const env = { ...process.env, ...more, PATH: [STOCKOUT_API_BIN, more.PATH ?? PATH].join(delimiter) };
  return new Promise((resolve) => {
    execFile('bash', command, { cwd, env, maxBuffer: 16e6 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}

/** @throws Error when it fails */
function promisedOutput(file: string, args: string[], cwd = ROOT): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, maxBuffer: 16e6 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${file} ${args.join(' ')}: ${stderr}`)),
    );
  });
}

/** What a search prints: it ends with 1 when it finds nothing. */
function search(file: string, args: string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd }, (error, stdout, stderr) =>
      error === null || error.code === 1 ? resolve(stdout) : reject(new Error(stderr)),
    );
  });
}

function digest(of: string): string {
  return `sha256:${createHash('sha256').update(of).digest('hex')}`;
}
