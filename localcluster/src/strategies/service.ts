import type { StatusCause } from '../api/api-error.ts';
import { invalidValue, required, unsupported } from '../registry/metadata.ts';
import { serviceNameProblem } from '../registry/names.ts';
import type { Strategy } from '../registry/resource.ts';
import type { Service } from '../types.ts';
import type { ServiceAddresses } from './service-addresses.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/** Services are given their cluster IP and node ports when they are written. */
export function serviceStrategy(addresses: ServiceAddresses): Strategy {
  return {
    nameProblem: serviceNameProblem,
    defaults(object) {
      const { spec, status } = object as Service;
      for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
      spec.type ??= 'ClusterIP';
      spec.sessionAffinity ??= 'None';
      for (const port of spec.ports ?? []) {
        port.protocol ??= 'TCP';
        port.targetPort ??= port.port;
      }
      if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
      if (spec.type !== 'LoadBalancer' && spec.type !== 'NodePort') return;
      spec.externalTrafficPolicy ??= 'Cluster';
      if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
    },
    create(object) {
      (object as Service).status = { loadBalancer: {} };
      allocate(object as Service, undefined, addresses);
    },
    update: (object, old) => allocate(object as Service, old as Service, addresses),
    validate(object, old) {
      return [
        ...validatePorts((object as Service).spec),
        ...takenPorts(object as Service, addresses, old as Service),
      ];
    },
  };
}

/** Addresses and ports are the server's to give; nobody owns them. */
function allocate({ spec }: Service, old: Service | undefined, addresses: ServiceAddresses): void {
  if (spec.type === 'ExternalName') return;
  const before = old?.spec;
  spec.clusterIP ??= before?.clusterIP ?? addresses.clusterIp();
  spec.clusterIPs ??= [spec.clusterIP];
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (spec.type === 'ClusterIP') return dropNodePorts(spec);
  for (const port of spec.ports ?? []) port.nodePort ??= keptPort(before, port) ?? addresses.nodePort();
}

type Port = NonNullable<Service['spec']['ports']>[number];

function keptPort(before: Service['spec'] | undefined, port: Port): number | undefined {
  return before?.ports?.find((one) => one.port === port.port && one.protocol === port.protocol)?.nodePort;
}

function dropNodePorts(spec: Service['spec']): void {
  delete spec.externalTrafficPolicy;
  delete spec.allocateLoadBalancerNodePorts;
  for (const port of spec.ports ?? []) delete port.nodePort;
}

function validatePorts(spec: Service['spec']): StatusCause[] {
  const { ports = [], type, clusterIP } = spec;
  if (!TYPES.includes(type ?? '')) return [unsupported('spec.type', type, TYPES)];
  if (ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None') return [required('spec.ports')];
  return ports.flatMap(({ name, port }, index) => {
    const at = `spec.ports[${index}]`;
    const causes: StatusCause[] = [];
    if (ports.length > 1 && !name) causes.push(required(`${at}.name`));
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      causes.push(invalidValue(`${at}.port`, port, 'must be between 1 and 65535, inclusive'));
    }
    return causes;
  });
}

function takenPorts({ metadata, spec }: Service, addresses: ServiceAddresses, old?: Service): StatusCause[] {
  const kept = new Set((old?.spec.ports ?? []).map(({ nodePort }) => nodePort));
  return (spec.ports ?? []).flatMap(({ nodePort }, index) => {
    if (nodePort === undefined || kept.has(nodePort)) return [];
    const field = `spec.ports[${index}].nodePort`;
    const why = addresses.refusal(nodePort, metadata.name, metadata.namespace ?? '');
    return why === undefined ? [] : [invalidValue(field, nodePort, why)];
  });
}
