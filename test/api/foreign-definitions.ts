import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kubectl, waitForKinds } from './kubectl.ts';

/** Modules of the Go proxy that carry the definitions of others' kinds which config/ has objects of. */
const MODULES = [
  {
    module: 'github.com/argoproj/argo-cd/v3@v3.3.0',
    sum: 'h1:9UlruTd5cC/MyvorTXgAIblfZTy63MF5FYvvoAaUvwU=',
    files: ['manifests/crds/application-crd.yaml', 'manifests/crds/appproject-crd.yaml'],
  },
  {
    module: 'github.com/fluxcd/kustomize-controller@v1.7.3',
    sum: 'h1:SzNnGn/4ObAPEHHleM5U7y/AKxKXph3Vj6ZhteeXw8M=',
    files: ['config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml'],
  },
  {
    module: 'github.com/fluxcd/source-controller@v1.7.3',
    sum: 'h1:gFfeBiNUgF0kFFGap/rrMeJqz+0Tod0ARENJO8w/UA8=',
    files: ['config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml'],
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    files: ['podmonitors', 'prometheusrules', 'servicemonitors'].map(
      (kinds) => `example/prometheus-operator-crd/monitoring.coreos.com_${kinds}.yaml`,
    ),
  },
  {
    module: 'sigs.k8s.io/secrets-store-csi-driver@v1.4.8',
    sum: 'h1:YmL0lx9HMYqeZCnLyOZRMuGAZXmP/e42UGCCAnMKjgE=',
    files: ['config/crd/bases/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml'],
  },
];

/** Argo CD's, Flux', the Prometheus operator's and the Secrets Store CSI driver's own definitions, so that a server checks our objects of them. */
export async function applyForeignDefinitions(): Promise<void> {
  for (const { module, sum, files } of MODULES) {
    const folder = await download(module, sum);
    const paths = files.flatMap((file) => ['-f', join(folder, file)]);
    await kubectl(['apply', '--server-side', ...paths]);
    await waitForKinds(paths);
  }
}

/** @returns the folder of its files, in Go's cache. @throws Error when it cannot be had or is another than the one pinned */
async function download(module: string, sum: string): Promise<string> {
  const { Dir, Sum } = JSON.parse(await askGo(module)) as { Dir: string; Sum: string };
  if (Sum !== sum) throw new Error(`${module} has the sum ${Sum}, not ${sum}`);
  return Dir;
}

/** A proxy may be away for a moment, and unlike npm and pip `go mod download` asks once. */
async function askGo(module: string, attempts = 3): Promise<string> {
  try {
    // Outside of any Go module: what is asked for is this version, whatever a go.mod says.
    const answer = await promisify(execFile)('go', ['mod', 'download', '-json', module], { cwd: tmpdir() });
    return answer.stdout;
  } catch (error) {
    const { message, stdout } = error as Error & { stdout: string };
    if (attempts === 1) throw new Error(`${message}\n${stdout}`, { cause: error });
    console.warn(`${message}\n${stdout}`);
    return askGo(module, attempts - 1);
  }
}
