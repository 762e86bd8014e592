import { type KubernetesObject, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import { InputError, StockoutError } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { readKubeconfig } from '@stockout/operator/kube';
import type { Pin } from './pin-file.ts';

const FIELD_MANAGER = 'stockout-cli';
const MERGE: PatchStrategy = PatchStrategy.MergePatch;

export interface LiveModel {
  name: string;
  /** Default: that of kubeconfig's current context. */
  namespace?: string | undefined;
}

/** Pins a version in the cluster of the current kubeconfig. @param choose which one, from the model as it is now */
export async function pinLive(live: LiveModel, choose: (model: StockoutModel) => string): Promise<Pin> {
  const config = readKubeconfig();
  const objects = KubernetesObjectApi.makeApiClient(config);
  const namespace = live.namespace ?? config.getContextObject(config.currentContext)?.namespace ?? 'default';
  const header = {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'StockoutModel',
    metadata: { name: live.name, namespace },
  };
  try {
    const model = (await objects.read(header)) as unknown as StockoutModel;
    const version = choose(model);
    const before = model.spec.promotion.version ?? null;
    if (before === version) throw new InputError(`${version} is pinned already`);
    const pin = { ...header, spec: { promotion: { version } } } as KubernetesObject;
    await objects.patch(pin, undefined, undefined, FIELD_MANAGER, undefined, MERGE);
    return { model: live.name, version, before };
  } catch (error) {
    throw inWords(error, `StockoutModel ${namespace}/${live.name}`);
  }
}

/** The version to go back to: the newest one older than what serves that passed its gates. */
export function previousOf({ metadata, status }: StockoutModel): string {
  const serving = status?.servingVersion;
  const versions = status?.versions ?? [];
  const at = versions.findIndex(({ name }) => name === serving);
  const found = at === -1 ? undefined : versions.slice(at + 1).find(({ state }) => state === 'GatesPassed');
  if (found !== undefined) return found.name;
  throw new InputError(
    serving === undefined
      ? `${metadata.name} serves no version: there is nothing to go back from`
      : `no version of ${metadata.name} older than ${serving} passed its gates; name the version to go back to`,
  );
}

/** That it has no such version is told at once: the operator would refuse the pin. */
export function isKnown(model: StockoutModel, version: string): string {
  const names = (model.status?.versions ?? []).map(({ name }) => name);
  if (names.includes(version)) return version;
  const there = names.length === 0 ? '' : `; there are ${names.toReversed().join(', ')}`;
  throw new InputError(`${version} does not exist${there}`);
}

function inWords(error: unknown, what: string): Error {
  if (error instanceof StockoutError) return new InputError(`${what}: ${error.message}`);
  if ((error as { code?: unknown }).code === 404)
    return new InputError(`${what} does not exist in this cluster`);
  return error instanceof Error ? error : new Error(String(error));
}
