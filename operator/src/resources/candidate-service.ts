import type { StockoutModel } from '@stockout/crds';
import type { Service } from '../api/kubernetes.ts';
import { withAppliedHash } from './applied.ts';
import { type Color, metadataOf } from './names.ts';
import { PREDICT_PORT, predictorSelector } from './predictor-deployment.ts';

/** A model of that very name has a Service of this name itself: one of the two has to wait, none adopts the other's. */
export function candidateServiceName(model: string): string {
  return `${model}-candidate`;
}

/** By it the pods of a candidate are asked before callers are led to them: within the cluster alone. */
export function buildCandidateService(model: StockoutModel, color: Color): Service {
  const { name } = model.metadata;
  return withAppliedHash({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(model, candidateServiceName(name), 'candidate'),
    spec: {
      type: 'ClusterIP',
      selector: predictorSelector(name, color),
      ports: [{ ...portOf(model), targetPort: PREDICT_PORT, protocol: 'TCP' }],
    },
  });
}

/** What predictors are told: the only host, with a loopback address, that they send rows to. */
export function candidateUrl(model: StockoutModel): string {
  const { name, namespace } = model.metadata;
  return `${portOf(model).name}://${candidateServiceName(name)}.${namespace}.svc`;
}

/** Of URLs without one, so that its name is the scheme too. */
export function portOf({ spec: { serving } }: StockoutModel): { name: 'http' | 'https'; port: number } {
  return serving.tls === undefined ? { name: 'http', port: 80 } : { name: 'https', port: 443 };
}
