import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { kustomize, type Manifest } from './kubectl.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONFIG = join(ROOT, 'config');
const KUSTOMIZATION = 'kustomization.yaml';

/** Folders under config/ with a kustomization, relative to the repository's root; components by themselves are none. */
export const KUSTOMIZATIONS = foldersOf(CONFIG).filter((folder) => !folder.startsWith('config/components/'));
export const COMPONENTS = foldersOf(join(CONFIG, 'components'));

function foldersOf(top: string): string[] {
  return readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(KUSTOMIZATION))
    .map((path) => relative(ROOT, join(top, path, '..')))
    .sort();
}

/** The objects of config/base and config/samples with a component on top. */
export function withComponent(component: string): Promise<Manifest[]> {
  return build({ resources: ['config/base', 'config/samples'], components: [component] });
}

/** config/base with the component single-namespace, in another namespace as its kustomization says. */
export function inOneNamespace(namespace: string): Promise<Manifest[]> {
  const transformer = stringify({
    apiVersion: 'builtin',
    kind: 'NamespaceTransformer',
    metadata: { name: namespace, namespace },
    setRoleBindingSubjects: 'allServiceAccounts',
    fieldSpecs: [{ path: 'metadata/name', kind: 'Namespace' }],
  });
  return build({
    resources: ['config/base'],
    components: ['config/components/single-namespace'],
    transformers: [transformer],
  });
}

interface Parts {
  /** Paths relative to the repository's root, as those of the components. */
  resources: string[];
  components: string[];
  transformers?: string[];
}

/** The objects of a kustomization of its own, in a temporary folder. */
async function build({ resources, components, ...others }: Parts): Promise<Manifest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-overlay-'));
  const from = (paths: string[]) => paths.map((path) => relative(folder, join(ROOT, path)));
  const text = stringify({ resources: from(resources), components: from(components), ...others });
  try {
    await writeFile(join(folder, KUSTOMIZATION), text);
    return await kustomize(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
