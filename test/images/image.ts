import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** An image as a tar holds it, unpacked. */
export interface Image {
  /** operator, predictor or pipeline. */
  name: string;
  /** The folder that a container of it has as its root. */
  root: string;
  /** Of all layers, uncompressed. */
  bytes: number;
  config: ImageConfig;
}

/** The part of an image's configuration that a container is made from. */
interface ImageConfig {
  User?: string;
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
}

/** Unpacks a docker-archive, its layers one upon the other. */
export function unpackImage(name: string, tar: string, folder: string): Image {
  const archive = join(folder, `${name}-archive`);
  const root = join(folder, name);
  mkdirSync(archive, { recursive: true });
  mkdirSync(root);
  execFileSync('tar', ['-xf', tar, '-C', archive]);
  const [manifest] = readJson<[{ Config: string; Layers: string[] }]>(join(archive, 'manifest.json'));
  const layers = manifest.Layers.map((layer) => join(archive, layer));
  for (const layer of layers) execFileSync('tar', ['-xpf', layer, '-C', root]);
  const bytes = layers.reduce((sum, layer) => sum + statSync(layer).size, 0);
  const { config } = readJson<{ config: ImageConfig }>(join(archive, manifest.Config));
  return { name, root, bytes, config };
}

export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
