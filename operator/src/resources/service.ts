import type { StockoutModel } from '@stockout/crds';
import type { Service, ServicePort } from '../api/kubernetes.ts';
import { withAppliedHash } from './applied.ts';
import { ANNOTATION, type Color, COLORS, LABEL, metadataOf, NO_COLOR } from './names.ts';
import { GRPC_PORT, PREDICT_PORT, predictorSelector } from './predictor-deployment.ts';

/** Name and protocol of a port that speaks TLS. */
const HTTPS = 'https';

export interface ServiceInput {
  model: StockoutModel;
  /** Whose pods get the traffic; undefined before anything serves. */
  color: Color | undefined;
  switched?: Switched | undefined;
  /** Whether those pods speak TLS. Default: as the spec says. */
  tls?: boolean | undefined;
}

/** The last switch: for the rollback window, and for people who ask when. */
export interface Switched {
  at: string;
  /** Template hash of what served before; undefined when nothing did. */
  from: string | undefined;
  /** The version that serves since. */
  to: string | undefined;
  /** Where it went back by itself: the uid of the Deployment that failed, and why. */
  back?: { from: string; because: string } | undefined;
}

/** What callers reach. Its selector is the one place that says which color serves. */
export function buildService({ model, color, switched, tls }: ServiceInput): Service {
  const { name } = model.metadata;
  const { type, port, annotations } = model.spec.serving.service;
  return withAppliedHash({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...metadataOf(model, name, 'predictor'),
      annotations: { ...annotations, ...switchAnnotations(switched) },
    },
    spec: {
      type,
      selector: predictorSelector(name, color ?? NO_COLOR),
      ports: portsOf(port, tls ?? model.spec.serving.tls !== undefined),
    },
  });
}

/**
 * HTTP, which is the endpoint in the status, and gRPC behind it; that not where HTTP has been given its port. What stands
 * in front (an ingress, a mesh) reads the protocol.
 */
function portsOf(port: number, tls: boolean): ServicePort[] {
  const http: ServicePort = { name: 'http', port, targetPort: PREDICT_PORT, protocol: 'TCP' };
  const first = tls ? { ...http, name: HTTPS, appProtocol: HTTPS } : http;
  if (port === GRPC_PORT) return [first];
  const appProtocol = tls ? HTTPS : 'kubernetes.io/h2c';
  return [first, { name: 'grpc', port: GRPC_PORT, targetPort: GRPC_PORT, protocol: 'TCP', appProtocol }];
}

function switchAnnotations(switched: Switched | undefined): Record<string, string> {
  if (switched === undefined) return {};
  const { at, from, to, back } = switched;
  return {
    [ANNOTATION.switchedAt]: at,
    ...(from === undefined ? {} : { [ANNOTATION.switchedFrom]: from }),
    ...(to === undefined ? {} : { [ANNOTATION.switchedTo]: to }),
    ...(back === undefined
      ? {}
      : { [ANNOTATION.rolledBackFrom]: back.from, [ANNOTATION.rolledBackBecause]: back.because }),
  };
}

/** Undefined where it leads to nobody yet. */
export function selectedColor(service: Service | undefined): Color | undefined {
  return COLORS.find((color) => color === service?.spec.selector[LABEL.color]);
}

export function readSwitched({ metadata: { annotations = {} } }: Service): Switched | undefined {
  const at = annotations[ANNOTATION.switchedAt];
  if (at === undefined) return undefined;
  const uid = annotations[ANNOTATION.rolledBackFrom];
  const because = annotations[ANNOTATION.rolledBackBecause] ?? '';
  return {
    at,
    from: annotations[ANNOTATION.switchedFrom],
    to: annotations[ANNOTATION.switchedTo],
    ...(uid === undefined ? {} : { back: { from: uid, because } }),
  };
}

/** Where callers reach the Service; undefined while a load balancer has no address. */
export function endpointOf(service: Service): string | undefined {
  const { type, ports } = service.spec;
  const [first] = ports;
  const scheme = first?.name === HTTPS ? 'https' : 'http';
  const port = first?.port ?? 80;
  if (type !== 'LoadBalancer') {
    return url(scheme, `${service.metadata.name}.${service.metadata.namespace}.svc`, port);
  }
  const [ingress] = service.status?.loadBalancer?.ingress ?? [];
  const address = ingress?.ip ?? ingress?.hostname;
  return address === undefined ? undefined : url(scheme, address, ingress?.ports?.[0]?.port ?? port);
}

function url(scheme: 'http' | 'https', host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host;
  const usual = port === (scheme === 'https' ? 443 : 80);
  return usual ? `${scheme}://${name}` : `${scheme}://${name}:${port}`;
}
