import type { ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Registry } from '../registry/registry.ts';
import type { Node, Pod } from '../types.ts';
import { ApiError, badRequest } from './api-error.ts';
import { sendText } from './respond.ts';

const PASSED = new Set(['follow', 'previous', 'timestamps', 'tailLines', 'sinceSeconds', 'sinceTime']);

/** Streams a container's log from the agent of the pod's node, as a real API server does from a kubelet. */
export async function proxyLog(
  registry: Registry,
  access: { ca: string; token: string },
  pod: Pod,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const container = containerFor(pod, query.get('container'));
  const { name, namespace } = pod.metadata;
  // Without a node there is nothing yet, and that is no error.
  if (!pod.spec.nodeName) return sendText(response, 200, '');
  const node = registry.find(registry.kinds.builtIn('Node'), { name: pod.spec.nodeName }) as Node | undefined;
  const port = node?.status?.daemonEndpoints?.kubeletEndpoint?.Port;
  if (port === undefined)
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ContainerCreating`);
  const passed = new URLSearchParams([...query].filter(([key]) => PASSED.has(key)));
  const path = `/containerLogs/${namespace}/${name}/${container}?${passed}`;
  await pipe(`https://127.0.0.1:${port}${path}`, access, response);
}

function containerFor({ metadata, spec }: Pod, wanted: string | null): string {
  const names = [...(spec.initContainers ?? []), ...spec.containers].map(({ name }) => name);
  if (wanted !== null && !names.includes(wanted)) {
    throw badRequest(`container ${wanted} is not valid for pod ${metadata.name}`);
  }
  if (wanted !== null) return wanted;
  if (spec.containers.length > 1) {
    const choices = spec.containers.map(({ name }) => name).join(' ');
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${choices}]`,
    );
  }
  return spec.containers[0]?.name ?? '';
}

function pipe(
  url: string,
  { ca, token }: { ca: string; token: string },
  response: ServerResponse,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { ca, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      const { statusCode = 500 } = answer;
      if (statusCode === 200) {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.flushHeaders();
        answer.pipe(response);
        answer.on('end', resolve);
        response.on('close', () => request.destroy());
        return;
      }
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const why = Buffer.concat(chunks).toString('utf8').trim();
        reject(new ApiError(statusCode, statusCode === 400 ? 'BadRequest' : undefined, why));
      });
    });
    request.on('error', (error) => (response.headersSent ? resolve() : reject(error)));
    request.end();
  });
}
