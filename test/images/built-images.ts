import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { type Image, unpackImage } from './image.ts';

declare module 'vitest' {
  interface ProvidedContext {
    images: Image[];
  }
}

const BUILD = fileURLToPath(new URL('../cluster/images/build.sh', import.meta.url));

/** Builds what has changed, and unpacks all three for the tests. */
export default function setup(project: TestProject): () => void {
  if (process.getuid?.() !== 0) throw new Error('test:images makes roots and chroots: run it as root');
  const built = execFileSync('bash', [BUILD], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const folder = mkdtempSync(join(tmpdir(), 'stockout-images-'));
  const images = built
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string])
    .map(([reference, tar]) =>
      unpackImage(/stockout-([a-z]+):[^/]*$/.exec(reference)?.[1] ?? reference, tar, folder),
    );
  project.provide('images', images);
  return () => rmSync(folder, { recursive: true, force: true });
}
